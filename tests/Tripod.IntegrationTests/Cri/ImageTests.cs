using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Images as a kubelet pulls, counts and collects them.</summary>
public sealed class ImageTests
{
    [Fact]
    public async Task Image_is_pulled_listed_by_one_identifier_and_removed_with_all_its_names()
    {
        await using var engine = await Engine.Start();
        using var client = new CriClient(engine);
        var id = await client.Pull("busybox:latest");
        await engine.Docker("tag", "busybox", "second:v1");
        var image = (await client.Images.ListImagesAsync(new() { Filter = new() { Image = new() { Image = "second:v1" } } })).Images.Single();
        Assert.Equal(id, image.Id);
        Assert.Equal(["docker.io/library/busybox:latest", "docker.io/library/second:v1"], image.RepoTags.Order());
        Assert.True(image.Size > 100_000 && image.RepoDigests.Count == 1 && image.Uid.Value == 0 && !image.Pinned);
        Assert.Contains((await client.Images.ListImagesAsync(new())).Images, one => one.Pinned && one.RepoTags.Any(tag => tag.Contains("pause", StringComparison.Ordinal)));
        Assert.Contains("\"Cmd\"", (await client.Images.ImageStatusAsync(new() { Image = new() { Image = image.RepoDigests[0] }, Verbose = true })).Info["config"], StringComparison.Ordinal);
        var streamed = new List<Image>();
        await foreach (var some in client.Images.StreamImages(new()).ResponseStream.ReadAllAsync())
        {
            streamed.AddRange(some.Images);
        }

        Assert.Equal((await client.Images.ListImagesAsync(new())).Images.Count, streamed.Count);
        var usage = (await client.Images.ImageFsInfoAsync(new())).ImageFilesystems.Single();
        Assert.True(usage.UsedBytes.Value > 0 && usage.InodesUsed.Value > 0 && usage.Timestamp > 0 && Directory.Exists(usage.FsId.Mountpoint));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await client.Images.RemoveImageAsync(new() { Image = new() { Image = id } });
            Assert.Null((await client.Images.ImageStatusAsync(new() { Image = new() { Image = id } })).Image);
        }));
        await client.Images.RemoveImageAsync(new() { Image = new() { Image = "busybox:latest" } });

        await client.Images.RemoveImageAsync(new() { Image = new() { Image = new string('0', 64) } });
        Assert.Null((await client.Images.ImageStatusAsync(new() { Image = new() { Image = "second:v1" } })).Image);
        Assert.Null((await client.Images.ImageStatusAsync(new() { Image = new() { Image = id } })).Image);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.Images.PullImageAsync(new()))).StatusCode);
        Assert.NotEqual(StatusCode.OK, (await Assert.ThrowsAsync<RpcException>(async () => await client.Pull("library/nothing:here"))).StatusCode);
    }

    [Fact]
    public async Task Credentials_of_the_request_open_a_closed_registry()
    {
        await using var closed = await RegistryServer.Start(authenticated: true);
        await closed.Push(await TestImages.Busybox(), "team/app:latest");
        await using var engine = await Engine.Start();
        await File.AppendAllTextAsync(Path.Combine(engine.Root, "config.yaml"), $"  - host: {closed.Host}\n    insecure: true\n");
        await engine.Kill();
        await engine.Launch();
        using var client = new CriClient(engine);
        var spec = new ImageSpec { Image = $"{closed.Host}/team/app" };
        await Assert.ThrowsAsync<RpcException>(async () => await client.Images.PullImageAsync(new() { Image = spec }));
        await Assert.ThrowsAsync<RpcException>(async () => await client.Images.PullImageAsync(new() { Image = spec, Auth = new() { Username = "user", Password = "guessed" } }));
        var both = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{RegistryServer.User}:{RegistryServer.Password}"));
        Assert.StartsWith("sha256:", (await client.Images.PullImageAsync(new() { Image = spec, Auth = new() { Auth = both } })).ImageRef, StringComparison.Ordinal);
    }
}
