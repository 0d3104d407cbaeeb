using System.Diagnostics;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>A program that ran to its end, with what it wrote.</summary>
public sealed record Command(int ExitCode, string Output, string Error)
{
    /// <summary>Longer than any command of any test takes, make demo with its build among them.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    /// <exception cref="InvalidOperationException">The program ended with another code than 0; the message holds what it wrote.</exception>
    public static async Task<string> Run(params string[] command)
    {
        var done = await Try(command);
        return done.ExitCode == 0
            ? done.Output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {done.ExitCode}: {done.Error}{done.Output}");
    }

    public static async Task<Command> Try(params string[] command) => await TryIn(Environment.CurrentDirectory, command);

    public static async Task<Command> TryIn(string directory, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        // The process closes none of the streams that were asked for.
        using var outputStream = process.StandardOutput;
        using var errorStream = process.StandardError;
        process.StandardInput.Close();
        var output = outputStream.ReadToEndAsync();
        var error = errorStream.ReadToEndAsync();
        try
        {
            // The pipes too: what was left running in the background may hold them open.
            await Task.WhenAll(process.WaitForExitAsync(), output, error).WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {Limit}");
        }

        return new Command(process.ExitCode, await output, await error);
    }

    /// <summary>Sends a signal by name: <c>KILL</c>, <c>TERM</c> …</summary>
    public static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        kill.WaitForExit();
    }
}
