using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>The rules of joining another container's namespaces, by the real docker CLI.</summary>
public sealed class JoinTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Joiner_of_what_does_not_run_is_refused_in_dockers_words()
    {
        var owner = (await engine.Docker("create", "--name", "idle", "--ipc", "shareable", "busybox", "sleep", "1000")).Trim();
        Assert.Contains($"cannot join network of a non running container: {owner}", (await engine.TryDocker("run", "--rm", "--net", "container:idle", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains($"container {owner} is not running", (await engine.TryDocker("run", "--rm", "--ipc", "container:idle", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains($"container {owner} is not running", (await engine.TryDocker("run", "--rm", "--pid", "container:idle", "busybox")).Error, StringComparison.Ordinal);
        var missing = await engine.TryDocker("run", "--rm", "--net", "container:nobody", "busybox");
        Assert.Equal(125, missing.ExitCode);
        Assert.Contains("No such container: nobody", missing.Error, StringComparison.Ordinal);
        Assert.Contains("port publishing and the container type network mode", (await engine.TryDocker("run", "--rm", "-p", "80", "--net", "container:idle", "busybox")).Error, StringComparison.Ordinal);
        await engine.Docker("rm", "idle");
    }

    [Fact]
    public async Task Ipc_is_shared_only_by_who_says_so()
    {
        await engine.Docker("run", "-d", "--name", "private", "busybox", "sleep", "1000");
        Assert.Contains("non-shareable IPC (hint: use IpcMode:shareable for the donor container)", (await engine.TryDocker("run", "--rm", "--ipc", "container:private", "busybox")).Error, StringComparison.Ordinal);
        await engine.Docker("run", "-d", "--name", "donor", "--ipc", "shareable", "busybox", "sh", "-c", "echo shared > /dev/shm/note; sleep 1000");
        await Engine.Eventually(async () => (await engine.TryDocker("run", "--rm", "--ipc", "container:donor", "busybox", "cat", "/dev/shm/note")).Output == "shared\n", "the note is read", TimeSpan.FromSeconds(10));
        await engine.Docker("rm", "-f", "private", "donor");
    }

    [Fact]
    public async Task Network_outlives_its_owners_restart_as_long_as_somebody_has_joined_it()
    {
        var port = Engine.FreePort();
        await engine.Docker("run", "-d", "--name", "net", "-p", $"{port}:80", "--hostname", "owner", "busybox", "sleep", "1000");
        await engine.Docker("run", "-d", "--name", "guest", "--net", "container:net", "busybox", "sh", "-c", "echo same > /index.html; httpd -f -p 80 -h /");
        await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "same\n", "the guest answers on its owner's port", TimeSpan.FromSeconds(10));
        var before = await Namespace("guest", "net");
        Assert.Equal(before, await Namespace("net", "net"));
        await engine.Docker("restart", "-t", "0", "net");
        Assert.Equal(before, await Namespace("net", "net"));
        Assert.Equal("same\n", await Engine.Http(port, "/index.html"));
        Assert.Equal("owner\n", await engine.Docker("exec", "guest", "hostname"));

        await engine.Docker("stop", "-t", "0", "net");
        Assert.Equal("same\n", await Engine.Http(port, "/index.html"));
        await engine.Docker("rm", "-f", "guest");
        await Engine.Eventually(async () => !(await Command.Run("nft", "list", "table", "ip", engine.Name)).Contains($" {port} ", StringComparison.Ordinal), "nobody uses it any more, and it is given back", TimeSpan.FromSeconds(5));
        await engine.Docker("rm", "net");
    }

    [Fact]
    public async Task Joiners_of_a_pid_namespace_end_and_come_back_with_their_owner()
    {
        await engine.Docker("run", "-d", "--name", "first", "busybox", "sleep", "1000");
        await engine.Docker("run", "-d", "--name", "second", "--pid", "container:first", "busybox", "sleep", "2000");
        Assert.Contains("sleep 1000", await engine.Docker("exec", "second", "ps"), StringComparison.Ordinal);
        await engine.Docker("stop", "-t", "0", "first");
        await Engine.Eventually(async () => (await engine.Docker("inspect", "second", "--format", "{{.State.Error}}")).Contains("whose PID namespace it had joined", StringComparison.Ordinal), "the joiner says why it ended", TimeSpan.FromSeconds(10));
        await engine.Docker("start", "first");
        await Engine.Eventually(async () => (await engine.Docker("inspect", "second", "--format", "{{.State.Status}}")).Trim() == "running", "the joiner is back", TimeSpan.FromSeconds(10));

        // A user's own wish is no reason to come back.
        await engine.Docker("stop", "-t", "0", "second");
        await engine.Docker("restart", "-t", "0", "first");
        Assert.Equal("exited\n", await engine.Docker("inspect", "second", "--format", "{{.State.Status}}"));
        await engine.Docker("rm", "-f", "first", "second");
    }

    [Fact]
    public async Task Hosts_namespaces_are_shared_where_asked_for()
    {
        var printed = await engine.Docker("run", "--rm", "--net", "host", "--pid", "host", "--ipc", "host", "--uts", "host", "busybox", "sh", "-c", "for kind in net pid ipc uts; do readlink /proc/self/ns/$kind; done");
        Assert.Equal(string.Concat(((string[])["net", "pid", "ipc", "uts"]).Select(kind => $"{File.ResolveLinkTarget($"/proc/self/ns/{kind}", false)!.Name}\n")), printed);
        Assert.DoesNotContain("eth0", await engine.Docker("run", "--rm", "--net", "none", "busybox", "ip", "addr"), StringComparison.Ordinal);
    }

    private async Task<string> Namespace(string name, string kind)
    {
        var pid = int.Parse((await engine.Docker("inspect", name, "--format", "{{.State.Pid}}")).Trim(), CultureInfo.InvariantCulture);
        return File.ResolveLinkTarget($"/proc/{pid}/ns/{kind}", returnFinalTarget: false)!.Name;
    }
}
