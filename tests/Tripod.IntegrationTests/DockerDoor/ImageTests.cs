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

    [Fact]
    public async Task Image_is_pushed_and_comes_back_the_same()
    {
        var registry = new Uri(engine.Registry.Url).Authority;
        await Docker("pull", "busybox");
        var id = await Docker("inspect", "--type", "image", "--format", "{{.Id}}", "busybox");
        await Docker("tag", "busybox", $"{registry}/mine/box:1");
        Assert.Matches("1: digest: sha256:[0-9a-f]{64} size: ", await Docker("push", $"{registry}/mine/box:1"));
        Assert.Contains("Layer already exists", await Docker("push", $"{registry}/mine/box:1"), StringComparison.Ordinal);
        await Docker("rmi", $"{registry}/mine/box:1");
        await Docker("pull", $"{registry}/mine/box:1");
        Assert.Equal(id, await Docker("inspect", "--type", "image", "--format", "{{.Id}}", $"{registry}/mine/box:1"));
        Assert.Contains("An image does not exist locally with the tag", (await Try("push", $"{registry}/never/was:1")).Error, StringComparison.Ordinal);
        await Docker("rmi", $"{registry}/mine/box:1");
    }

    [Fact]
    public async Task Registry_itself_says_who_may_log_in()
    {
        await using var guarded = await RegistryServer.Start(authenticated: true);
        var host = new Uri(guarded.Url).Authority;
        var home = Directory.CreateDirectory(Path.Combine(engine.Root, "docker-home")).FullName;
        string[] login = ["env", $"DOCKER_CONFIG={home}", "docker", "--host", $"unix://{engine.DockerSocket}", "login", "-u", RegistryServer.User, "-p"];
        var refused = await Command.Try([.. login, "wrong", host]);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("unauthorized: incorrect username or password", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Login Succeeded", await Command.Run([.. login, RegistryServer.Password, host]), StringComparison.Ordinal);
        await Docker("pull", "busybox");
        await Docker("tag", "busybox", $"{host}/box:1");
        Assert.NotEqual(0, (await Try("push", $"{host}/box:1")).ExitCode);
        Assert.Contains("digest: sha256:", await Command.Run("env", $"DOCKER_CONFIG={home}", "docker", "--host", $"unix://{engine.DockerSocket}", "push", $"{host}/box:1"), StringComparison.Ordinal);
        await Docker("rmi", $"{host}/box:1");
    }

    [Fact]
    public async Task Container_becomes_an_image_by_commit_and_by_import()
    {
        await Docker("run", "--name", "made", "busybox", "sh", "-c", "echo new > /new; ln /new /hard; rm /etc/group; mkdir /etc/more; echo y > /etc/more/file");
        Assert.Equal("C /etc\nD /etc/group\nA /etc/more\nA /etc/more/file\nA /hard\nA /new\n", await Docker("diff", "made"));
        await Docker("commit", "--message", "kept", "--change", "CMD [\"cat\", \"/new\"]", "--change", "ENV A=b C=\"d e\"", "made", "made:1");
        Assert.Equal("new\n", await Docker("run", "--rm", "made:1"));
        Assert.Equal("b d e\ny\n2\n", await Docker("run", "--rm", "made:1", "sh", "-c", "echo $A $C; cat /etc/more/file; stat -c %h /new; ls /etc/group 2>/dev/null || true"));
        Assert.Contains("kept", await Docker("history", "made:1"), StringComparison.Ordinal);
        Assert.Equal("new\n", (await engine.DockerShell("docker export made | docker import --change 'CMD [\"cat\",\"/new\"]' - taken:1 >/dev/null && docker run --rm taken:1")).Output);
        await Docker("rm", "made");
        Assert.Contains("untagged: made:1", await Docker("rmi", "made:1", "taken:1"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_is_left_to_others_is_said()
    {
        Assert.Contains("tripod does not search registries", (await Try("search", "nginx")).Error, StringComparison.Ordinal);
        Assert.Contains("buildah", (await engine.DockerShell("echo FROM busybox | DOCKER_BUILDKIT=0 docker build -")).Error, StringComparison.Ordinal);
        Assert.Contains("not a swarm manager", (await Try("service", "ls")).Error, StringComparison.Ordinal);
    }

    private Task<string> Docker(params string[] arguments) => Command.Run(["docker", "--host", $"unix://{engine.Run}/docker.sock", .. arguments]);

    private Task<Command> Try(params string[] arguments) => Command.Try(["docker", "--host", $"unix://{engine.Run}/docker.sock", .. arguments]);
}
