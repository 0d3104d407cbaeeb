using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Listing;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Listing;

public sealed class ListPageTests
{
    private const string Prefix = "/registry/configmaps/default/";

    private static readonly Selection Everything = new(null, null);

    [Fact]
    public void Chunks_show_each_object_once_and_count_what_is_left()
    {
        var objects = Objects(7);
        var names = new List<string>();
        var left = new List<long?>();
        string? start = null;
        do
        {
            var page = ListPage.Of(objects, 42, Everything, 3, start);
            names.AddRange(page.Objects.Select(stored => stored.Key));
            left.Add(page.Remaining);
            start = page.Continue is { } token ? ContinueToken.Parse(token.Encode(), Prefix).StartKey : null;
        }
        while (start is not null);

        Assert.Equal(objects.Select(stored => stored.Key), names);
        Assert.Equal([4, 1, null], left);
    }

    [Fact]
    public void Full_last_chunk_does_not_promise_more() => Assert.Null(ListPage.Of(Objects(3), 42, Everything, 3, null).Continue);

    [Fact]
    public void Selection_counts_towards_the_limit_but_what_is_left_is_not_known()
    {
        var page = ListPage.Of(Objects(7), 42, Selection.Parse("even=true", null, ConfigMapKind.Row), 2, null);
        Assert.Equal(["0", "2"], page.Objects.Select(stored => stored.Key[^1..]));
        Assert.Equal((true, null), (page.Continue is not null, page.Remaining));
    }

    [Fact]
    public void Token_carries_its_revision_and_any_name()
    {
        var token = new ContinueToken(123, $"{Prefix}a:b.c");
        Assert.Equal(token, ContinueToken.Parse(token.Encode(), Prefix));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!")]
    [InlineData("YWJj")]
    [InlineData("MTI6L3JlZ2lzdHJ5L3NlY3JldHMvZGVmYXVsdC9h")]
    public void Token_of_another_list_or_none_at_all_is_refused(string token) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => ContinueToken.Parse(token, Prefix)).Code);

    [Fact]
    public void Lists_are_remembered_until_many_others_were_read()
    {
        var lists = new RecentLists(TimeProvider.System);
        for (var revision = 1; revision <= 17; revision++)
        {
            lists.Keep(revision, Prefix, Objects(1));
        }

        Assert.Null(lists.Find(1, Prefix));
        Assert.NotNull(lists.Find(2, Prefix));
        Assert.Null(lists.Find(2, "/registry/pods/"));
    }

    [Fact]
    public void Lists_are_remembered_for_five_minutes()
    {
        var clock = new SetClock();
        var lists = new RecentLists(clock);
        lists.Keep(1, Prefix, Objects(1));
        clock.Now += TimeSpan.FromMinutes(4);
        lists.Keep(2, Prefix, Objects(1));
        lists.Keep(1, Prefix, Objects(1));
        Assert.NotNull(lists.Find(1, Prefix));
        clock.Now += TimeSpan.FromMinutes(1);
        Assert.Null(lists.Find(1, Prefix));
        Assert.NotNull(lists.Find(2, Prefix));
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static List<StoredObject> Objects(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Stored.Of(
            $"{{'metadata':{{'name':'{i}','labels':{{'even':'{(i % 2 == 0 ? "true" : "false")}'}}}}}}", i + 1, $"{Prefix}{i}"))];
}
