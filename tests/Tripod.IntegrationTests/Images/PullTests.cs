using System.Collections.Concurrent;
using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Images;
using Xunit;

namespace Tripod.IntegrationTests.Images;

public sealed class PullTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pulled_image_has_its_config_its_names_and_its_files()
    {
        await using var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "library/busybox:latest");
        using var store = new ImageStore();

        var image = await store.Service.Pull($"{registry.Host}/library/busybox", null, null, Cancel);

        Assert.Equal([$"{registry.Host}/library/busybox:latest"], image.RepoTags);
        Assert.StartsWith($"{registry.Host}/library/busybox@sha256:", Assert.Single(image.RepoDigests), StringComparison.Ordinal);
        Assert.Equal(["sh"], image.Config.Cmd);
        Assert.Equal(["PATH=/bin"], image.Config.Env);
        Assert.True(image.Size > 1_000_000);
        var layer = Assert.Single(store.Service.LayerDirectories(image.Id));
        Assert.Equal("busybox", new FileInfo(Path.Combine(layer, "bin/sh")).LinkTarget);
        Assert.Equal((UnixFileMode)0x3FF, File.GetUnixFileMode(Path.Combine(layer, "tmp")));
        Assert.Equal(image.Id, store.Reopen().Find(image.Id[7..19])?.Id);
    }

    [Fact]
    public async Task Docker_hub_is_asked_by_way_of_its_mirror()
    {
        await using var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "library/busybox:latest");
        using var store = new ImageStore(new RegistryOptions { Host = "docker.io", Mirrors = [registry.Url] });

        var image = await store.Service.Pull("busybox", null, null, Cancel);

        Assert.Equal(["docker.io/library/busybox:latest"], image.RepoTags);
        Assert.NotNull(store.Service.Find("busybox"));
        Assert.NotNull(store.Service.Find(image.RepoDigests[0]));
    }

    [Theory]
    [InlineData(LayerCompression.None, true)]
    [InlineData(LayerCompression.Gzip, true)]
    [InlineData(LayerCompression.Zstd, false)]
    public async Task Layers_come_plain_or_compressed_and_with_either_media_types(LayerCompression compression, bool docker)
    {
        await using var registry = await RegistryServer.Start();
        using var store = new ImageStore();
        var builder = new ImageBuilder { DockerMediaTypes = docker }
            .Layer(layer => layer.File("a", "below"), compression)
            .Layer(layer => layer.File("a", "above"), compression);
        await registry.Push(await store.Archive(builder), "two:v1");

        var image = await store.Service.Pull($"{registry.Host}/two:v1", null, null, Cancel);

        Assert.Equal(builder.Id, image.Id);
        Assert.Equal(["above", "below"], store.Service.LayerDirectories(image.Id).Select(layer => File.ReadAllText(Path.Combine(layer, "a"))));
    }

    [Fact]
    public async Task Credentials_open_a_closed_registry()
    {
        await using var registry = await RegistryServer.Start(authenticated: true);
        await registry.Push(await TestImages.Busybox(), "private:latest");
        using var store = new ImageStore();

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{registry.Host}/private", null, null, Cancel));
        var wrong = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{registry.Host}/private", new("user", "guess"), null, Cancel));
        var image = await store.Service.Pull($"{registry.Host}/private", new(RegistryServer.User, RegistryServer.Password), null, Cancel);

        Assert.Equal((RuntimeErrorKind.PermissionDenied, "ErrImagePull"), (refused.Kind, refused.Reason));
        Assert.Contains("pull access denied", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RuntimeErrorKind.PermissionDenied, wrong.Kind);
        Assert.NotEmpty(image.Layers);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_told_as_docker_tells_it()
    {
        await using var registry = await RegistryServer.Start();
        using var store = new ImageStore();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{registry.Host}/nope", null, null, Cancel));

        Assert.Equal((RuntimeErrorKind.NotFound, "ErrImagePull"), (failure.Kind, failure.Reason));
        Assert.Contains($"manifest for {registry.Host}/nope:latest not found", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        using var store = new ImageStore();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull("127.0.0.1:1/nope", null, null, Cancel));

        Assert.Equal((RuntimeErrorKind.Unavailable, "ErrImagePull"), (failure.Kind, failure.Reason));
        Assert.Contains("registry 127.0.0.1:1 unreachable: connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_none_is_refused_without_asking_anyone()
    {
        using var store = new ImageStore();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull("Nginx", null, null, Cancel));

        Assert.Equal((RuntimeErrorKind.InvalidArgument, "InvalidImageName"), (failure.Kind, failure.Reason));
    }

    [Fact]
    public async Task Two_pulls_at_once_share_the_work_and_both_see_the_progress()
    {
        await using var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "busybox:latest");
        using var store = new ImageStore();
        var (first, second) = (new Heard(), new Heard());

        var images = await Task.WhenAll(
            store.Service.Pull($"{registry.Host}/busybox", null, first, Cancel),
            store.Service.Pull($"{registry.Host}/busybox", null, second, Cancel));

        Assert.Equal(images[0].Id, images[1].Id);
        Assert.Equal("Pull complete", first.All.Last().Status);
        Assert.Equal("Pull complete", second.All.Last().Status);
        Assert.Single(Directory.GetDirectories(Path.Combine(store.Root, "images/layers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/work")));
    }

    [Fact]
    public async Task Who_gives_up_does_not_take_the_pull_from_the_other()
    {
        await using var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "busybox:latest");
        using var store = new ImageStore();
        using var impatient = new CancellationTokenSource();

        var given = store.Service.Pull($"{registry.Host}/busybox", null, null, impatient.Token);
        var patient = store.Service.Pull($"{registry.Host}/busybox", null, null, Cancel);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.NotEmpty((await patient).Layers);
    }

    [Fact]
    public async Task A_second_pull_finds_the_layers_there()
    {
        await using var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "busybox:latest");
        using var store = new ImageStore();
        var heard = new Heard();

        await store.Service.Pull($"{registry.Host}/busybox", null, null, Cancel);
        await store.Service.Pull($"{registry.Host}/busybox", null, heard, Cancel);

        Assert.Equal(["Already exists"], heard.All.Select(progress => progress.Status));
    }

    private sealed class Heard : IProgress<PullProgress>
    {
        public ConcurrentQueue<PullProgress> All { get; } = new();

        public void Report(PullProgress value) => All.Enqueue(value);
    }
}
