using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Containers;

public sealed class ContainerLifeTests : IAsyncLifetime
{
    private RuntimeOnTheSide side = null!;

    public async ValueTask InitializeAsync() => side = await RuntimeOnTheSide.Open();

    public ValueTask DisposeAsync() => side.DisposeAsync();

    [Fact]
    public async Task Containers_of_a_sandbox_share_network_ipc_and_host_name()
    {
        var sandbox = await side.Sandbox();
        var one = await side.Start(sandbox.Id, "sleep 100", name: "one");
        var two = await side.Start(sandbox.Id, "sleep 100", name: "two");
        foreach (var kind in (string[])["net", "ipc", "uts"])
        {
            Assert.Equal(await side.Output(one, "readlink", $"/proc/self/ns/{kind}"), await side.Output(two, "readlink", $"/proc/self/ns/{kind}"));
        }

        Assert.NotEqual(await side.Output(one, "readlink", "/proc/self/ns/pid"), await side.Output(two, "readlink", "/proc/self/ns/pid"));
        Assert.Equal("pod\n", await side.Output(two, "hostname"));
        Assert.Contains(sandbox.Addresses[0], await side.Output(one, "ip", "-4", "addr", "show", "eth0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0", 0, "Completed")]
    [InlineData("exit 7", 7, "Error")]
    [InlineData("sh -c 'kill -9 $$'; exit $?", 137, "Error")]
    public async Task End_is_noticed_with_its_exit_code(string script, int code, string reason)
    {
        var sandbox = await side.Sandbox();
        var ended = await side.Ended(await side.Start(sandbox.Id, $"sleep 0.1; {script}", config => config with { }));
        Assert.Equal((ContainerState.Exited, code, reason), (ended.State, ended.ExitCode, ended.Reason));
    }

    [Fact]
    public async Task Output_stands_in_the_log_in_cri_format()
    {
        var sandbox = await side.Sandbox();
        var ended = await side.Ended(await side.Start(sandbox.Id, "echo out; echo err >&2"));
        var lines = await File.ReadAllLinesAsync(ended.LogPath);
        Assert.Contains(lines, line => line.EndsWith(" stdout F out", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith(" stderr F err", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_that_does_not_exist_is_named()
    {
        var sandbox = await side.Sandbox();
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => side.Start(sandbox.Id, "", config => config with { Command = ["nope"] }));
        Assert.Contains("exec: \"nope\": executable file not found in $PATH", failure.Message, StringComparison.Ordinal);
        var status = Assert.Single(side.Runtime.ListContainers());
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (status.State, status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task Memory_limit_kills_and_says_so()
    {
        var sandbox = await side.Sandbox();
        var ended = await side.Ended(await side.Start(sandbox.Id, "a=x; while true; do a=$a$a; done", config => config with { Resources = new() { MemoryLimit = 16 << 20 } }));
        Assert.Equal((137, "OOMKilled"), (ended.ExitCode, ended.Reason));
    }

    [Fact]
    public async Task Devices_of_the_host_stay_closed()
    {
        var sandbox = await side.Sandbox();
        var id = await side.Start(sandbox.Id, "mknod /tmp/disk b 254 0; cat /tmp/disk > /dev/null; echo code $?; sleep 100");
        await Engine.Eventually(async () => (await File.ReadAllTextAsync(side.Runtime.ContainerStatus(id)!.LogPath)).Contains("code", StringComparison.Ordinal), "it tried", TimeSpan.FromSeconds(10));
        var log = await File.ReadAllTextAsync(side.Runtime.ContainerStatus(id)!.LogPath);
        Assert.Contains("Operation not permitted", log, StringComparison.Ordinal);
        Assert.Contains("code 1", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orphans_in_a_shared_pid_namespace_die_with_their_container()
    {
        var sandbox = await side.Sandbox(sharePid: true);
        var one = await side.Start(sandbox.Id, "(sleep 4321 &) ; sleep 100", name: "one");
        var two = await side.Start(sandbox.Id, "sleep 100", name: "two");
        Assert.Contains("sleep 4321", await side.Output(two, "ps"), StringComparison.Ordinal);
        Linux.Processes.Signals.Send(side.Runtime.ContainerStatus(one)!.Pid, Linux.Processes.Signals.Kill);
        await side.Ended(one);
        Assert.DoesNotContain("sleep 4321", await side.Output(two, "ps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_engine_finds_what_runs_and_what_ended_meanwhile()
    {
        var sandbox = await side.Sandbox();
        var stays = await side.Start(sandbox.Id, "sleep 100", name: "stays");
        var ends = await side.Start(sandbox.Id, "while ! test -e /go; do sleep 0.05; done; exit 5", name: "ends");
        await side.Output(ends, "touch", "/stay");
        var pid = side.Runtime.ContainerStatus(ends)!.Pid;
        await side.Close();
        await File.WriteAllTextAsync($"/proc/{pid}/root/go", "");
        await Engine.Eventually(() => Task.FromResult(File.Exists(Path.Combine(side.Run, "exits", ends))), "it ended", TimeSpan.FromSeconds(10));
        await side.Reopen();

        Assert.Equal(sandbox.Id, Assert.Single(side.Runtime.ListPodSandboxes(), found => found.State == SandboxState.Ready).Id);
        Assert.Equal(ContainerState.Running, side.Runtime.ContainerStatus(stays)!.State);
        Assert.Equal((ContainerState.Exited, 5), (side.Runtime.ContainerStatus(ends)!.State, side.Runtime.ContainerStatus(ends)!.ExitCode));
        await side.Runtime.StopContainer(stays, TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(137, side.Runtime.ContainerStatus(stays)!.ExitCode);
    }

    [Fact]
    public async Task Every_verb_can_be_asked_twice()
    {
        var sandbox = await side.Sandbox();
        Assert.Equal(sandbox.Id, (await side.Sandbox()).Id);
        var id = await side.Start(sandbox.Id, "sleep 100");
        Assert.Equal(id, await side.Start(sandbox.Id, "sleep 100"));
        for (var i = 0; i < 2; i++)
        {
            await side.Runtime.StopContainer(id, TimeSpan.Zero, CancellationToken.None);
            await side.Runtime.StopPodSandbox(sandbox.Id, CancellationToken.None);
        }

        for (var i = 0; i < 2; i++)
        {
            await side.Runtime.RemoveContainer(id, CancellationToken.None);
            await side.Runtime.RemovePodSandbox(sandbox.Id, CancellationToken.None);
        }

        Assert.Empty(side.Runtime.ListContainers());
        Assert.Empty(side.Runtime.ListPodSandboxes());
    }

    [Fact]
    public async Task Second_stop_with_a_shorter_grace_cuts_the_first_short()
    {
        var sandbox = await side.Sandbox();
        var id = await side.Start(sandbox.Id, "trap '' TERM; while true; do sleep 1; done");
        var slow = side.Runtime.StopContainer(id, TimeSpan.FromMinutes(5), CancellationToken.None);
        await side.Runtime.StopContainer(id, TimeSpan.FromMilliseconds(10), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await slow.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(137, side.Runtime.ContainerStatus(id)!.ExitCode);
    }

    [Fact]
    public async Task Terminal_and_standard_input_reach_an_exec()
    {
        var sandbox = await side.Sandbox();
        var id = await side.Start(sandbox.Id, "sleep 100");
        await using var cat = await side.Runtime.Exec(id, new() { Command = ["cat"], Stdin = true }, CancellationToken.None);
        await cat.Stdin!.WriteAsync("hello\n"u8.ToArray());
        await cat.Stdin.DisposeAsync();
        using var reader = new StreamReader(cat.Stdout!);
        Assert.Equal("hello\n", await reader.ReadToEndAsync());
        Assert.Equal(0, await cat.ExitCode);

        await using var terminal = await side.Runtime.Exec(id, new() { Command = ["sh", "-c", "stty size; exit 3"], Tty = true, Stdin = true }, CancellationToken.None);
        using var screen = new StreamReader(terminal.Stdout!);
        Assert.Contains(" ", await screen.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(3, await terminal.ExitCode);
    }
}
