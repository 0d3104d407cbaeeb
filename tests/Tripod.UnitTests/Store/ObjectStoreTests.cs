using System.Text.Json.Nodes;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Store;

public sealed class ObjectStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-store-").FullName;
    private ObjectStore store;

    public ObjectStoreTests() => store = Open();

    [Fact]
    public void Created_object_carries_its_revision_in_its_document()
    {
        var created = store.Create("/registry/pods/default/a", Named("a"));
        Assert.Equal($"{created.Revision}", (string?)JsonNode.Parse(created.Document.Span)!["metadata"]!["resourceVersion"]);
        Assert.Same(created, store.Get("/registry/pods/default/a"));
    }

    [Fact]
    public void Second_create_of_a_key_is_refused()
    {
        store.Create("/registry/pods/default/a", Named("a"));
        Assert.Throws<KeyExistsException>(() => store.Create("/registry/pods/default/a", Named("a")));
    }

    [Fact]
    public void Stale_write_is_refused_and_changes_nothing()
    {
        var first = store.Create("/registry/pods/default/a", Named("a"));
        var second = store.Update(first.Key, first.Revision, Named("b"));
        Assert.Throws<RevisionConflictException>(() => store.Update(first.Key, first.Revision, Named("c")));
        Assert.Same(second, store.Get(first.Key));
    }

    [Fact]
    public void Change_that_changes_nothing_makes_no_revision()
    {
        var first = store.Create("/registry/pods/default/a", Named("a"));
        var after = store.Update(first.Key, document => document);
        Assert.Same(first, after);
        Assert.Equal(first.Revision, store.Revision);
    }

    [Fact]
    public void List_is_ordered_by_key_and_ends_at_the_prefix()
    {
        foreach (var key in (string[])["/registry/pods/b/x", "/registry/pods/a/z", "/registry/pods/a/y", "/registry/podsets/a/y"])
        {
            store.Create(key, Named("n"));
        }

        Assert.Equal(["/registry/pods/a/y", "/registry/pods/a/z", "/registry/pods/b/x"], store.List("/registry/pods/").Objects.Select(o => o.Key));
        Assert.Equal(["/registry/pods/a/y", "/registry/pods/a/z"], store.List("/registry/pods/a/").Objects.Select(o => o.Key));
    }

    [Fact]
    public void Objects_and_the_revision_outlive_the_process()
    {
        store.Create("/registry/pods/default/a", Named("a"));
        store.Create("/registry/pods/default/b", Named("b"));
        store.Delete("/registry/pods/default/b");
        var revision = store.Revision;
        store.Dispose();
        store = Open();
        Assert.Equal(revision, store.Revision);
        Assert.Single(store.List("/registry/pods/").Objects);
    }

    [Fact]
    public async Task Watch_from_a_past_revision_gets_every_change_in_order()
    {
        var first = store.Create("/registry/pods/default/a", Named("a"));
        store.Update(first.Key, first.Revision, Named("b"));
        store.Create("/registry/nodes/n", Named("n"));
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var watch = store.Watch("/registry/pods/", first.Revision, cancel.Token).GetAsyncEnumerator();
        store.Delete(first.Key);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(StoreEventType.Modified, watch.Current.Type);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(StoreEventType.Deleted, watch.Current.Type);
        Assert.Equal(store.Revision, watch.Current.Revision);
    }

    [Fact]
    public void Watch_from_before_the_restart_is_told_to_list_again()
    {
        var first = store.Create("/registry/pods/default/a", Named("a"));
        store.Create("/registry/pods/default/b", Named("b"));
        store.Dispose();
        store = Open();
        Assert.Throws<RevisionTooOldException>(() => store.Watch("/registry/pods/", first.Revision, CancellationToken.None));
    }

    [Fact]
    public async Task Concurrent_changes_of_one_object_are_all_kept()
    {
        var document = Named("a");
        document["count"] = 0;
        store.Create("/registry/pods/default/a", document);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 25; i++)
            {
                store.Update("/registry/pods/default/a", found =>
                {
                    found["count"] = (int)found["count"]! + 1;
                    return found;
                });
            }
        })));
        Assert.Equal(200, (int)JsonNode.Parse(store.Get("/registry/pods/default/a")!.Document.Span)!["count"]!);
    }

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private ObjectStore Open() => ObjectStore.Open(Path.Combine(folder, "store.db"));

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}
