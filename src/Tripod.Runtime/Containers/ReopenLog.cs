namespace Tripod.Runtime.Containers;

/// <summary>Tells conmon that its log file was moved away, so that it opens a new one: command 2 on its control fifo.</summary>
internal sealed class ReopenLog(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (parts.Table.Get(id).Record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        await File.AppendAllTextAsync(Path.Combine(parts.Paths.Bundle(id), "ctl"), "2 0 0\n", cancel).ConfigureAwait(false);
    }
}
