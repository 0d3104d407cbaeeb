using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Xunit;

namespace Tripod.IntegrationTests.Images;

public sealed class ImageServiceTests : IDisposable
{
    private readonly ImageStore store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Layers => Path.Combine(store.Root, "images/layers");

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task An_image_is_found_by_id_by_a_prefix_and_by_every_form_of_its_name()
    {
        var image = await store.Load(Image("a"), "docker.io/library/box:v1");

        Assert.All(
            [image.Id, image.Id[7..], image.Id[7..19], image.Id[..19], "box:v1", "library/box:v1", "docker.io/box:v1"],
            reference => Assert.Equal(image.Id, store.Service.Find(reference)?.Id));
        Assert.Null(store.Service.Find("box"));
        Assert.Null(store.Service.Find("Not a name"));
    }

    [Fact]
    public async Task A_tag_moves_to_the_image_it_is_given_last()
    {
        var (first, second) = (await store.Load(Image("a"), "box:v1"), await store.Load(Image("b"), "box:v2"));

        store.Service.Tag("box:v2", "box:v1");

        Assert.Equal(second.Id, store.Service.Find("box:v1")!.Id);
        Assert.Empty(store.Service.Find(first.Id)!.RepoTags);
        Assert.Equal(second.Id, store.Reopen().Find("box:v1")!.Id);
    }

    [Fact]
    public async Task Removing_one_of_two_names_only_takes_the_name()
    {
        var image = await store.Load(Image("a"), "box:v1");
        store.Service.Tag("box:v1", "box:v2");

        Assert.Equal(["Untagged: box:v1"], await store.Service.Remove("box:v1", force: false, Cancel));
        Assert.Equal(["docker.io/library/box:v2"], store.Service.Find(image.Id)!.RepoTags);
    }

    [Fact]
    public async Task The_last_name_takes_the_image_and_the_layers_no_other_has()
    {
        var below = new ImageBuilder().Layer(layer => layer.File("shared"));
        var shared = await store.Load(below, "below:1");
        var above = await store.Load(below.Layer(layer => layer.File("own")), "above:1");

        var lines = await store.Service.Remove("above:1", force: false, Cancel);

        Assert.Equal(["Untagged: above:1", $"Deleted: {above.Id}", $"Deleted: {above.Layers[1]}"], lines);
        Assert.True(File.Exists(Path.Combine(Assert.Single(store.Service.LayerDirectories(shared.Id)), "shared")));
        Assert.Single(Directory.GetDirectories(Layers));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(store.Root, "images/blobs/sha256")).Length);
    }

    [Fact]
    public async Task An_image_of_several_names_is_removed_by_id_only_with_force()
    {
        var image = await store.Load(Image("a"), "box:v1");
        store.Service.Tag("box:v1", "box:v2");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Remove(image.Id, force: false, Cancel));
        var lines = await store.Service.Remove(image.Id, force: true, Cancel);

        Assert.Equal(RuntimeErrorKind.FailedPrecondition, failure.Kind);
        Assert.Equal(["Untagged: box:v1", "Untagged: box:v2", $"Deleted: {image.Id}", $"Deleted: {image.Layers[0]}"], lines);
        Assert.Empty(store.Reopen().List());
    }

    [Fact]
    public async Task An_image_in_use_keeps_its_layers_even_when_forced()
    {
        var image = await store.Load(Image("a"), "box:v1");
        store.Service.IsInUse = id => id == image.Id;

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Remove("box:v1", force: false, Cancel));
        var lines = await store.Service.Remove("box:v1", force: true, Cancel);

        Assert.Equal(RuntimeErrorKind.FailedPrecondition, failure.Kind);
        Assert.Equal(["Untagged: box:v1"], lines);
        Assert.True(Directory.Exists(store.Service.LayerDirectories(image.Id)[0]));
    }

    [Fact]
    public async Task An_image_that_is_not_there_cannot_be_removed() =>
        Assert.Equal(RuntimeErrorKind.NotFound, (await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Remove("nope", force: false, Cancel))).Kind);

    [Fact]
    public void A_built_in_image_is_the_same_at_every_start_and_stays()
    {
        store.Service.AddBuiltIn("registry.k8s.io/pause:tripod", [1, 2, 3], "/pause", new() { Entrypoint = ["/pause"], User = "65535:65535" });
        var first = store.Service.Find("registry.k8s.io/pause:tripod")!;
        store.Reopen().AddBuiltIn("registry.k8s.io/pause:tripod", [1, 2, 3], "/pause", new() { Entrypoint = ["/pause"], User = "65535:65535" });

        var image = Assert.Single(store.Service.List());

        Assert.Equal(first.Id, image.Id);
        Assert.True(image.Pinned);
        Assert.Equal(["/pause"], image.Config.Entrypoint);
        Assert.Equal("65535:65535", image.Config.User);
        var file = Path.Combine(store.Service.LayerDirectories(image.Id)[0], "pause");
        Assert.Equal([1, 2, 3], File.ReadAllBytes(file));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_built_in_image_cannot_be_removed_and_a_new_program_replaces_the_old()
    {
        store.Service.AddBuiltIn("pause:1", [1], "/pause", new());
        var old = store.Service.Find("pause:1")!;

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Remove("pause:1", force: true, Cancel));
        store.Service.IsInUse = _ => false;
        store.Service.AddBuiltIn("pause:1", [2], "/pause", new());

        Assert.Equal(RuntimeErrorKind.FailedPrecondition, failure.Kind);
        var image = Assert.Single(store.Service.List());
        Assert.NotEqual(old.Id, image.Id);
        Assert.Single(Directory.GetDirectories(Layers));
    }

    [Fact]
    public void A_built_in_image_that_pods_still_run_keeps_its_layers_when_it_is_replaced()
    {
        store.Service.AddBuiltIn("pause:1", [1], "/pause", new());
        var old = store.Service.Find("pause:1")!;
        store.Service.IsInUse = id => id == old.Id;

        store.Service.AddBuiltIn("pause:1", [2], "/pause", new());

        Assert.NotEqual(old.Id, store.Service.Find("pause:1")!.Id);
        Assert.Equal([1], File.ReadAllBytes(Path.Combine(store.Service.LayerDirectories(old.Id)[0], "pause")));
    }

    [Fact]
    public async Task What_a_killed_engine_left_half_made_is_gone_after_the_next_start()
    {
        var image = await store.Load(Image("a"), "box:v1");
        var work = Path.Combine(store.Root, "images/work/half-unpacked/d");
        Directory.CreateDirectory(work);
        await File.WriteAllTextAsync(Path.Combine(work, "f"), "x", Cancel);
        Directory.CreateDirectory(Path.Combine(Layers, new string('a', 32)));

        store.Reopen();

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/work")));
        Assert.Equal(store.Service.LayerDirectories(image.Id), Directory.GetDirectories(Layers));
    }

    [Fact]
    public async Task A_blob_a_killed_engine_left_broken_is_not_trusted()
    {
        var builder = Image("a");
        var path = await store.Archive(builder, "box:v1");
        await using (var archive = File.OpenRead(path))
        {
            await store.Service.Load(archive, Cancel);
        }

        var blobs = Directory.GetFiles(Path.Combine(store.Root, "images/blobs/sha256"));
        await store.Service.Remove("box:v1", force: false, Cancel);
        foreach (var blob in blobs)
        {
            await File.WriteAllTextAsync(blob, "torn", Cancel);
        }

        store.Reopen();
        await using var again = File.OpenRead(path);
        var image = Assert.Single(await store.Service.Load(again, Cancel));

        Assert.Equal(builder.Id, image.Id);
        Assert.True(File.Exists(Path.Combine(store.Service.LayerDirectories(image.Id)[0], "a")));
    }

    [Fact]
    public async Task Usage_counts_layers_and_blobs()
    {
        var before = store.Service.Usage();
        await store.Load(new ImageBuilder().Layer(layer => layer.File("a", new byte[100_000]), LayerCompression.None));

        var after = store.Service.Usage();

        Assert.Equal(Path.Combine(store.Root, "images"), after.Path);
        Assert.True(after.Bytes - before.Bytes > 200_000);
        Assert.Equal(4, after.Inodes - before.Inodes);
    }

    private static ImageBuilder Image(string file) => new ImageBuilder().Layer(layer => layer.File(file));
}
