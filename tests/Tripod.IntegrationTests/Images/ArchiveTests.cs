using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Images;
using Xunit;

namespace Tripod.IntegrationTests.Images;

public sealed class ArchiveTests : IDisposable
{
    private readonly ImageStore store = new(), other = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        store.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task Save_and_load_keep_id_names_and_files()
    {
        var image = await LoadBusybox();
        store.Service.Tag(image.Id, "box:v1");
        store.Service.Tag(image.Id, "localhost:5000/team/box");

        var loaded = Assert.Single(await Load(other, await Save("box:v1", "localhost:5000/team/box")));

        Assert.Equal((image.Id, image.Size), (loaded.Id, loaded.Size));
        Assert.Equal(["docker.io/library/box:v1", "localhost:5000/team/box:latest"], loaded.RepoTags);
        Assert.Equal(store.Service.ReadManifest(image.Id), other.Service.ReadManifest(image.Id));
        Assert.True(File.Exists(Path.Combine(other.Service.LayerDirectories(image.Id)[0], "bin/busybox")));
    }

    [Theory]
    [InlineData("docker-archive")]
    [InlineData("oci-archive")]
    public async Task Skopeo_reads_what_is_saved(string transport)
    {
        var image = await LoadBusybox();
        store.Service.Tag(image.Id, "box:v1");
        var path = await Save("box:v1");

        var config = await Command.Run("skopeo", "inspect", "--raw", "--config", $"{transport}:{path}");
        await Command.Run("skopeo", "--insecure-policy", "copy", $"{transport}:{path}", $"dir:{store.Root}/copy");

        Assert.Contains("PATH=/bin", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task A_docker_archive_of_another_tool_is_loaded(string compress)
    {
        var path = Path.Combine(store.Root, "docker.tar");
        await Command.Run("skopeo", "--insecure-policy", "copy", $"oci-archive:{await TestImages.Busybox()}", $"docker-archive:{path}:box:v2");
        if (compress.Length > 0)
        {
            await Command.Run(compress, path);
            path += ".gz";
        }

        var image = Assert.Single(await Load(store, path));

        Assert.Equal(["docker.io/library/box:v2"], image.RepoTags);
        Assert.Equal(["sh"], image.Config.Cmd);
        Assert.True(File.Exists(Path.Combine(store.Service.LayerDirectories(image.Id)[0], "bin/busybox")));
        Assert.Equal(image.Id, Assert.Single(await Load(other, await Save("box:v2"))).Id);
    }

    [Fact]
    public async Task An_archive_saved_by_podman_is_loaded()
    {
        var source = Path.Combine(store.Root, "podman.tar");
        var storage = $"{store.Root}/podman";
        string[] podman = ["podman", "--root", storage, "--runroot", $"{storage}-run", "--storage-driver", "vfs"];
        await Command.Run([.. podman, "pull", "-q", $"oci-archive:{await TestImages.Busybox()}"]);
        var id = (await Command.Run([.. podman, "images", "-q", "--no-trunc"])).Trim();
        await Command.Run([.. podman, "tag", id, "localhost/box:v3"]);
        await Command.Run([.. podman, "save", "--format", "docker-archive", "-o", source, "localhost/box:v3"]);

        var image = Assert.Single(await Load(store, source));

        Assert.Equal((id, "localhost/box:v3"), (image.Id, Assert.Single(image.RepoTags)));
    }

    [Fact]
    public async Task Several_images_in_one_archive_come_out_as_several()
    {
        var image = await LoadBusybox();
        var small = await store.Load(new ImageBuilder().Layer(layer => layer.File("a")), "small:1");
        store.Service.Tag(image.Id, "box");

        var loaded = await Load(other, await Save("box", "small:1"));

        Assert.Equal(new[] { image.Id, small.Id }.Order(), loaded.Select(record => record.Id).Order());
    }

    [Fact]
    public async Task An_archive_without_an_image_is_refused_with_what_was_looked_for()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Load(new MemoryStream(new byte[1024]), Cancel));

        Assert.Contains("manifest.json", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/work")));
    }

    [Fact]
    public async Task An_archive_whose_layer_was_changed_is_refused()
    {
        var image = new ImageBuilder().Layer(layer => layer.File("a", "one"), LayerCompression.None);
        var path = await store.Archive(image);
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        var at = bytes.AsSpan().IndexOf("one"u8);
        bytes[at] = (byte)'O';

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Load(new MemoryStream(bytes), Cancel));

        Assert.Contains("has the digest", failure.Message, StringComparison.Ordinal);
        Assert.Empty(store.Service.List());
    }

    private async Task<ImageRecord> LoadBusybox() => Assert.Single(await Load(store, await TestImages.Busybox()));

    private static async Task<IReadOnlyList<ImageRecord>> Load(ImageStore into, string path)
    {
        await using var archive = File.OpenRead(path);
        return await into.Service.Load(archive, Cancel);
    }

    private async Task<string> Save(params string[] references)
    {
        var path = Path.Combine(store.Root, $"{Guid.NewGuid():N}.tar");
        await using var archive = File.Create(path);
        await store.Service.Save(references, archive, Cancel);
        return path;
    }
}
