using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Xunit;
using static Tripod.IntegrationTests.Containers.TestRuntime;

namespace Tripod.IntegrationTests.Containers;

/// <summary>How containers end and are stopped, and what an engine knows of it that was away meanwhile.</summary>
public sealed class EndTests
{
    [Theory]
    [InlineData("exit 0", 0, "Completed")]
    [InlineData("exit 3", 3, "Error")]
    [InlineData("sh -c 'kill -SEGV $$'; exit $?", 139, "Error")]
    public async Task Exit_codes_are_told(string line, int code, string reason)
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var (status, _) = await test.Sh(pod.Id, line);
        Assert.Equal((code, reason), (status.ExitCode, status.Reason));
        Assert.True(status.FinishedAt >= status.StartedAt);
    }

    [Fact]
    public async Task A_container_over_its_memory_limit_is_oomkilled_also_when_a_child_was_hit()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var (status, _) = await test.Sh(pod.Id, "(tail /dev/zero); exit 5", config => config with { Resources = new() { MemoryLimit = 16 << 20, MemorySwapLimit = 16 << 20 } });
        Assert.Equal((5, "OOMKilled"), (status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task Stop_signal_is_sent_and_its_exit_code_told()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Start(pod.Id, Shell("app", "trap 'exit 7' USR1; echo ready; while :; do sleep 0.1; done", config => config with { StopSignal = "SIGUSR1" }));
        await test.Says(id, "ready");
        await test.Runtime.StopContainer(id, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(7, test.Status(id).ExitCode);
    }

    [Fact]
    public async Task A_shorter_grace_cuts_a_longer_one_short()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Start(pod.Id, Shell("deaf", "trap '' TERM; echo ready; while :; do sleep 0.1; done"));
        await test.Says(id, "ready");
        var patient = test.Runtime.StopContainer(id, TimeSpan.FromMinutes(10), CancellationToken.None);
        Assert.False(patient.IsCompleted);
        await test.Runtime.StopContainer(id, TimeSpan.Zero, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await patient.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(137, test.Status(id).ExitCode);
    }

    [Fact]
    public async Task A_stop_can_be_cancelled_and_asked_again()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Start(pod.Id, Shell("deaf", "trap '' TERM; echo ready; while :; do sleep 0.1; done"));
        await test.Says(id, "ready");
        using var cancel = new CancellationTokenSource();
        var stop = test.Runtime.StopContainer(id, TimeSpan.FromMinutes(10), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop);
        Assert.Equal(ContainerState.Running, test.Status(id).State);
        await test.Runtime.StopContainer(id, TimeSpan.Zero, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(ContainerState.Exited, test.Status(id).State);
    }

    [Fact]
    public async Task A_fork_bomb_and_a_frozen_container_can_be_stopped()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var bomb = await test.Start(pod.Id, Shell("bomb", "f() { f & f & :; }; f; while :; do f; done", config => config with { Resources = new() { PidsLimit = 64 } }));
        var frozen = await test.Start(pod.Id, Shell("frozen", "sleep 1000"));
        foreach (var freezer in Cgroups(frozen).Select(path => Path.Combine(path, "freezer.state")).Where(File.Exists))
        {
            await File.WriteAllTextAsync(freezer, "FROZEN");
        }

        await Task.WhenAll(
            test.Runtime.StopContainer(bomb, TimeSpan.Zero, CancellationToken.None),
            test.Runtime.StopContainer(frozen, TimeSpan.Zero, CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(ContainerState.Exited, test.Status(bomb).State);
        Assert.Equal(ContainerState.Exited, test.Status(frozen).State);
        Assert.Empty(Cgroups(bomb));
    }

    [Fact]
    public async Task A_command_that_is_not_there_ends_with_128_and_names_it()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Runtime.CreateContainer(pod.Id, Shell("app", "", config => config with { Command = ["nope"] }), CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => test.Runtime.StartContainer(id, CancellationToken.None));
        Assert.Equal("StartError", failure.Reason);
        Assert.Contains("exec: \"nope\": executable file not found in $PATH", failure.Message, StringComparison.Ordinal);
        var status = test.Status(id);
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (status.State, status.ExitCode, status.Reason));
        Assert.Empty(Cgroups(id));
    }

    [Theory]
    [InlineData("/etc/passwd", "permission denied")]
    [InlineData("/no/such/file", "no such file or directory")]
    public async Task A_command_that_cannot_be_run_says_why(string command, string why)
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => test.Start(pod.Id, Shell("app", "", config => config with { Command = [command] })));
        Assert.Contains($"exec: \"{command}\": ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_engine_finds_the_same_ids_and_what_ended_meanwhile()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var stays = await test.Start(pod.Id, Shell("stays", "sleep 1000"));
        var ends = await test.Start(pod.Id, Shell("ends", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"));
        var created = await test.Runtime.CreateContainer(pod.Id, Shell("created", "sleep 1000"), CancellationToken.None);
        var gone = await test.RunPod();
        await test.Says(ends, "ready");
        var (pidOfStays, pidOfEnds) = (test.Status(stays).Pid, test.Status(ends).Pid);
        await test.Reopen(async () =>
        {
            Command.Signal(pidOfEnds, "TERM");
            Command.Signal(gone.Pid, "KILL");
            await Engine.Eventually(() => Task.FromResult(!Directory.Exists($"/proc/{pidOfEnds}") && !Directory.Exists($"/proc/{gone.Pid}/fd/0")), "they have ended", TimeSpan.FromSeconds(10));
        });
        Assert.Equal(Tripod.Runtime.Sandboxes.SandboxState.Ready, test.Runtime.PodSandboxStatus(pod.Id)!.State);
        Assert.Equal(Tripod.Runtime.Sandboxes.SandboxState.NotReady, test.Runtime.PodSandboxStatus(gone.Id)!.State);
        Assert.Equal((ContainerState.Running, pidOfStays), (test.Status(stays).State, test.Status(stays).Pid));
        Assert.Equal((ContainerState.Exited, 9), (test.Status(ends).State, test.Status(ends).ExitCode));
        await test.Runtime.StartContainer(created, CancellationToken.None);
        await test.Runtime.StopContainer(stays, TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(137, test.Status(stays).ExitCode);
        var another = await test.RunPod();
        Assert.NotEqual(pod.Addresses[0], another.Addresses[0]);
    }

    [Fact]
    public async Task After_a_boot_nothing_runs_and_all_can_be_removed()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Start(pod.Id, Shell("app", "sleep 1000"));
        var (pid, ofPause) = (test.Status(id).Pid, pod.Pid);
        await test.Reopen(async () =>
        {
            // What a boot takes away: processes, mounts, and all below the run directory.
            Command.Signal(pid, "KILL");
            Command.Signal(ofPause, "KILL");
            await Engine.Eventually(async () => !(await Command.Run("ps", "-eo", "args")).Contains(id, StringComparison.Ordinal), "conmon has ended", TimeSpan.FromSeconds(10));
            foreach (var point in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(test.Options.Run + "/", StringComparison.Ordinal)).Reverse())
            {
                await Command.Run("umount", point);
            }

            Directory.Delete(Path.Combine(test.Options.Run, "containers"), recursive: true);
            Directory.Delete(Path.Combine(test.Options.Run, "exits"), recursive: true);
        });
        Assert.Equal((ContainerState.Exited, 255, "Unknown"), (test.Status(id).State, test.Status(id).ExitCode, test.Status(id).Reason));
        var again = await test.Runtime.RunPodSandbox(pod.Config with { Attempt = 1 }, CancellationToken.None);
        Assert.NotEqual(pod.Id, again.Id);
        await test.Runtime.RemovePodSandbox(pod.Id, CancellationToken.None);
        Assert.Empty(await test.Leftovers(pod.Id));
    }

    [Fact]
    public async Task Conmon_that_is_killed_does_not_hide_the_end()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var id = await test.Start(pod.Id, Shell("app", "sleep 1000"));
        Command.Signal(int.Parse(await File.ReadAllTextAsync(Path.Combine(test.Options.Run, "containers", id, "conmon.pid")), null), "KILL");
        Command.Signal(test.Status(id).Pid, "KILL");
        await test.Ended(id);
        Assert.Equal((255, "Unknown"), (test.Status(id).ExitCode, test.Status(id).Reason));
    }

    [Fact]
    public async Task A_container_of_no_pod_can_be_started_again_and_keeps_its_files()
    {
        await using var test = await Open();
        var id = await test.Start(null, Shell("alone", "cat /count 2>/dev/null; echo once >> /count"));
        await test.Ended(id);
        await test.Runtime.StartContainer(id, CancellationToken.None);
        await test.Ended(id);
        Assert.Equal("once\n", test.Output(id));
        await test.Runtime.RemoveContainer(id, CancellationToken.None);
        Assert.Empty(await test.Leftovers(id));
    }
}
