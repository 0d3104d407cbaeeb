using System.Globalization;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>The conmon of a container: holds its streams, and writes its exit code before it ends itself.</summary>
internal static class ContainerMonitor
{
    /// <summary>Null where none is alive.</summary>
    public static Pidfd? Find(string bundle, string id)
    {
        try
        {
            var pid = int.Parse(File.ReadAllText(Path.Combine(bundle, "conmon.pid")), CultureInfo.InvariantCulture);
            var process = Pidfd.Open(pid);
            // The pid may have been given to another process; conmon bears the container's id in its arguments.
            if (process is not null && File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Contains(id, StringComparison.Ordinal))
            {
                return process;
            }

            process?.Dispose();
        }
        catch (Exception gone) when (gone is IOException or FormatException)
        {
            // Never started, or ended by now.
        }

        return null;
    }

    /// <summary>Waits until it has ended, and ends it where something else holds it up.</summary>
    public static async Task EndAsync(string bundle, string id, TimeProvider clock)
    {
        using var process = Find(bundle, id);
        if (process is null)
        {
            return;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), clock);
        try
        {
            await process.Ended(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Signal(Signals.Kill);
            await process.Ended(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
