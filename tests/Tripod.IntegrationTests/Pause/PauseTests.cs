using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pause;

public sealed class PauseTests
{
    private const int Orphans = 1000;

    [Fact]
    public void The_file_has_no_more_than_four_kilobytes() => Assert.InRange(new FileInfo(PauseProcess.Program).Length, 1, 4096);

    [Fact]
    public async Task It_takes_no_more_than_32_kilobytes_of_memory()
    {
        await using var pause = await PauseProcess.AsFirstProcess();

        Assert.InRange(pause.Kilobytes("VmRSS"), 1, 32);
    }

    [Fact]
    public async Task It_tells_its_version()
    {
        var told = await Command.Try(PauseProcess.Program, "-v");

        Assert.Equal((0, ""), (told.ExitCode, told.Error));
        Assert.Matches(@"^tripod pause \d+\.\d+\.\d+\n$", told.Output);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task As_first_process_it_ends_at_once_when_asked_to(string signal)
    {
        await using var pause = await PauseProcess.AsFirstProcess();

        Assert.Equal((0, "Shutting down, got signal\n"), await pause.EndedAfter(signal));
    }

    [Fact]
    public async Task Among_others_it_warns_and_does_the_same()
    {
        await using var pause = await PauseProcess.AmongOthers();

        Assert.Equal((0, "Warning: pause should be the first process\nShutting down, got signal\n"), await pause.EndedAfter("TERM"));
    }

    [Fact]
    public async Task Other_signals_do_not_end_it()
    {
        await using var pause = await PauseProcess.AmongOthers();
        foreach (var signal in (string[])["HUP", "QUIT", "USR1", "PIPE", "ALRM"])
        {
            Command.Signal(pause.Pid, signal);
        }

        var (code, _) = await pause.EndedAfter("TERM");

        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_thousand_orphans_are_reaped_and_no_zombie_is_left()
    {
        await using var pause = await PauseProcess.AsFirstProcess();
        await Command.Run("nsenter", $"--target={pause.Pid}", "--pid", "sh", "-c", $"for i in $(seq {Orphans}); do (sleep 1000 </dev/null >/dev/null 2>&1 &); done");
        var orphans = pause.Children();
        Assert.Equal(Orphans, orphans.Length);

        await Command.Run(["kill", "-KILL", .. orphans.Select(orphan => $"{orphan}")]);
        await Engine.Eventually(() => Task.FromResult(pause.Children().Length == 0), "all orphans are reaped", TimeSpan.FromSeconds(10));

        Assert.DoesNotContain(orphans, orphan => Directory.Exists($"/proc/{orphan}"));
        Assert.Equal(0, (await pause.EndedAfter("TERM")).ExitCode);
    }

    [Fact]
    public async Task Nobody_of_the_same_user_can_look_into_it()
    {
        await using var pause = await PauseProcess.AsNobody();

        var looked = await Command.Try("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls", $"/proc/{pause.Pid}/fd/");

        Assert.NotEqual(0, looked.ExitCode);
        Assert.Contains("Permission denied", looked.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_architectures_pause_does_the_same()
    {
        var program = PauseProcess.Of("arm64");
        Assert.SkipUnless(File.Exists(program), $"{program} was not built: make test builds it where aarch64-linux-gnu-ld is installed");
        var emulator = await Command.Try("sh", "-c", "command -v qemu-aarch64 || command -v qemu-aarch64-static");
        Assert.SkipUnless(emulator.ExitCode == 0, "qemu-user is not installed: nothing here runs an arm64 program");

        Assert.InRange(new FileInfo(program).Length, 1, 4096);
        Assert.StartsWith("tripod pause ", await Command.Run(emulator.Output.Trim(), program, "-v"), StringComparison.Ordinal);
        foreach (var signal in (string[])["TERM", "INT"])
        {
            await using var pause = await PauseProcess.Emulated(emulator.Output.Trim(), program);
            Assert.Equal((0, "Warning: pause should be the first process\nShutting down, got signal\n"), await pause.EndedAfter(signal));
        }
    }
}
