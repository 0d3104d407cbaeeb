using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>Images by the real docker CLI.</summary>
public sealed class ImageTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Docker_pulls_lists_tags_saves_loads_and_removes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/docker") || File.Exists("/usr/local/bin/docker"), "there is no docker CLI on this machine");
        Assert.Contains("Tripod", await Docker("version"), StringComparison.Ordinal);
        await engine.Registry.Push(await TestImages.Busybox(), "library/box:1");
        Assert.Contains("Status: Downloaded newer image for box:1", await Docker("pull", "box:1"), StringComparison.Ordinal);
        Assert.Contains("Status: Image is up to date for box:1", await Docker("pull", "box:1"), StringComparison.Ordinal);
        await Docker("tag", "box:1", "other:2");
        Assert.Equal(["box:1", "other:2"], (await Docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=*o*x*", "--filter", "reference=other")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("busybox", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("amd64", (await Docker("inspect", "--type", "image", "--format", "{{.Architecture}}", "box:1")).Trim().Replace("arm64", "amd64", StringComparison.Ordinal));
        var archive = Path.Combine(engine.Root, "box.tar");
        await Docker("save", "-o", archive, "box:1");
        await Docker("rmi", "box:1");
        Assert.Contains("Loaded image: box:1", await Docker("load", "-i", archive), StringComparison.Ordinal);

        var missing = await Try("pull", "nowhere:1");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("nowhere", missing.Error, StringComparison.Ordinal);
        Assert.Contains("No such image: nowhere:1", (await Try("rmi", "nowhere:1")).Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Socket_is_for_root_and_its_group_alone() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
        File.GetUnixFileMode(Path.Combine(engine.Run, "docker.sock")));

    private Task<string> Docker(params string[] arguments) => Command.Run(["docker", "--host", $"unix://{engine.Run}/docker.sock", .. arguments]);

    private Task<Command> Try(params string[] arguments) => Command.Try(["docker", "--host", $"unix://{engine.Run}/docker.sock", .. arguments]);
}
