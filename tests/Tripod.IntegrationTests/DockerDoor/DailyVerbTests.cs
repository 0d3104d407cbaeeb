using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>Verbs that look at containers, and those that tidy up; an engine of their own, as they see everything.</summary>
public sealed class DailyVerbTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Terminal_is_left_by_its_keys_and_has_the_clients_size()
    {
        await engine.Docker("run", "-dit", "--name", "shell", "busybox", "sh");

        // script gives docker a terminal of its own, of the size that stty says.
        var typed = await engine.DockerShell("(sleep 1; printf 'stty size; echo typed-$((40+2))\\r'; sleep 1; printf '\\020\\021'; sleep 1) | script -qec 'stty rows 31 cols 117; docker attach shell' /dev/null");
        Assert.Contains("typed-42", typed.Output, StringComparison.Ordinal);
        Assert.Contains("31 117", typed.Output, StringComparison.Ordinal);
        Assert.Equal("true\n", await engine.Docker("inspect", "shell", "--format", "{{.State.Running}}"));
        var other = await engine.DockerShell("(sleep 1; printf 'x'; sleep 1) | script -qec 'docker attach --detach-keys x shell' /dev/null");
        Assert.Contains("read escape sequence", other.Output, StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "shell");
        Assert.Contains("cannot attach to a stopped container", (await AttachStopped()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_shows_the_processes_by_the_hosts_numbers()
    {
        await engine.Docker("run", "-d", "--name", "busy", "busybox", "sh", "-c", "sleep 1000 & exec sleep 2000");
        var lines = (await engine.Docker("top", "busy")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^UID +PID +PPID +C +STIME +TTY +TIME +CMD", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, line => line.EndsWith("sleep 2000", StringComparison.Ordinal));
        Assert.Equal($"{(await engine.Docker("inspect", "busy", "--format", "{{.State.Pid}}")).Trim()} sleep 2000", (await engine.Docker("top", "busy", "-o", "pid,args")).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Single(line => line.EndsWith("sleep 2000", StringComparison.Ordinal)));
        Assert.Contains("is not running", await Stopped(), StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "busy");
    }

    [Fact]
    public async Task Machine_is_described_and_what_is_unused_goes()
    {
        await engine.Docker("run", "--name", "ended", "-v", "kept:/data", "busybox", "sh", "-c", "head -c 100000 /dev/zero > /written");
        await engine.Docker("run", "-d", "--name", "still", "busybox", "sleep", "1000");
        await engine.Docker("pause", "still");
        var info = await engine.Docker("info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}} {{.OSType}} {{.DefaultRuntime}} {{.NCPU}}");
        Assert.Equal($"2 0 1 1 linux crun {Environment.ProcessorCount}\n", info);
        var used = await engine.Docker("system", "df", "-v");
        Assert.Matches(@"busybox +latest +\w+ .* 2\n", used);
        Assert.Matches(@"(?m)100k?[B0].* ended$", used);
        Assert.Matches(@"(?m)^kept +1 ", used);
        await engine.Docker("unpause", "still");

        await engine.Docker("commit", "still", "spare:1");
        Assert.Contains("Deleted Containers", await engine.Docker("container", "prune", "-f"), StringComparison.Ordinal);
        Assert.Equal("still\n", await engine.Docker("ps", "-a", "--format", "{{.Names}}"));
        await engine.Docker("image", "prune", "-a", "-f");
        Assert.Equal("busybox\n", await engine.Docker("images", "--format", "{{.Repository}}", "--filter", "reference=busybox"));
        Assert.Equal("", await engine.Docker("images", "-q", "spare"));
        await engine.Docker("network", "create", "empty");
        await engine.Docker("system", "prune", "-f", "--volumes");
        Assert.DoesNotContain("empty", await engine.Docker("network", "ls"), StringComparison.Ordinal);
        Assert.Contains("kept", await engine.Docker("volume", "ls"), StringComparison.Ordinal);
        await engine.Docker("volume", "prune", "-a", "-f");
        Assert.Equal("", await engine.Docker("volume", "ls", "-q"));
        await engine.Docker("rm", "-f", "still");
    }

    private async Task<string> Stopped()
    {
        await engine.Docker("create", "--name", "idle", "busybox");
        var refused = await engine.TryDocker("top", "idle");
        await engine.Docker("rm", "idle");
        return refused.Error;
    }

    private async Task<Command> AttachStopped()
    {
        await engine.Docker("create", "--name", "never", "busybox");
        var refused = await engine.TryDocker("attach", "never");
        await engine.Docker("rm", "never");
        return refused;
    }
}
