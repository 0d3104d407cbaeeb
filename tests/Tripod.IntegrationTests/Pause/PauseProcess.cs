using System.Diagnostics;
using System.Globalization;
using Tripod.IntegrationTests.Fixtures;

namespace Tripod.IntegrationTests.Pause;

/// <summary>A pause that runs: as PID 1 of a PID namespace of its own, or as one process of the host's among others.</summary>
internal sealed class PauseProcess : IAsyncDisposable
{
    private readonly Process outer;

    private readonly string warning;

    private PauseProcess(Process outer, int pid, string warning) => (this.outer, Pid, this.warning) = (outer, pid, warning);

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "pause");

    /// <summary>Built beside the machine's own where there is a linker for it: artifacts/pause/linux-ARCHITECTURE/pause.</summary>
    public static string Of(string architecture) =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../pause", $"linux-{architecture}", "pause"));

    /// <summary>In the host's PID namespace.</summary>
    public int Pid { get; }

    public static Task<PauseProcess> AsFirstProcess() => Start("unshare", "--fork", "--pid", "--mount-proc", Program);

    public static Task<PauseProcess> AmongOthers() => Start(Program);

    public static Task<PauseProcess> AsNobody() => Start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program);

    public static Task<PauseProcess> Emulated(string emulator, string program) => Start(emulator, program);

    /// <summary>Its children, zombies among them.</summary>
    public int[] Children() => ChildrenOf(Pid);

    /// <summary>A field of /proc/PID/status, in KiB.</summary>
    public int Kilobytes(string field) => int.Parse(
        File.ReadLines($"/proc/{Pid}/status").Single(line => line.StartsWith($"{field}:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1],
        CultureInfo.InvariantCulture);

    /// <returns>The exit code, and what was written on stderr.</returns>
    public async Task<(int ExitCode, string Error)> EndedAfter(string signal)
    {
        Command.Signal(Pid, signal);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var error = await outer.StandardError.ReadToEndAsync(limit.Token);
        await outer.WaitForExitAsync(limit.Token);
        return (outer.ExitCode, warning + error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!outer.HasExited)
        {
            outer.Kill(entireProcessTree: true);
            await outer.WaitForExitAsync();
        }

        outer.Dispose();
    }

    private static async Task<PauseProcess> Start(string program, params string[] arguments)
    {
        var outer = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            if (program != "unshare")
            {
                // The warning comes after the signals are blocked.
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                return new PauseProcess(outer, outer.Id, await outer.StandardError.ReadLineAsync(limit.Token) + "\n");
            }

            var pid = 0;
            await Engine.Eventually(
                () => Task.FromResult((pid = ChildrenOf(outer.Id).SingleOrDefault()) != 0 && Waits(pid)),
                "unshare runs pause and pause waits",
                TimeSpan.FromSeconds(10));
            return new PauseProcess(outer, pid, "");
        }
        catch
        {
            outer.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static int[] ChildrenOf(int pid) =>
    [
        .. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
    ];

    /// <summary>From the moment on when its signals are blocked, what comes for it is kept.</summary>
    private static bool Waits(int pid) =>
        File.ReadLines($"/proc/{pid}/status").Any(line => line.StartsWith("SigBlk:\tf", StringComparison.Ordinal));
}
