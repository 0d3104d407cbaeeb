namespace Tripod.Runtime.Logs;

/// <summary>Which part of a log is wanted (Kubernetes PodLogOptions).</summary>
public sealed record LogOptions
{
    public bool Follow { get; init; }
    public long? TailLines { get; init; }
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }
    public long? LimitBytes { get; init; }
}

/// <summary>One line, or part of one, of the CRI log format.</summary>
/// <param name="Partial">The line goes on in the next entry (tag <c>P</c>).</param>
public readonly record struct LogEntry(DateTimeOffset Time, bool Stderr, bool Partial, ReadOnlyMemory<byte> Text);

/// <summary>Reads container logs as conmon writes them, over rotated files; follows by inotify.</summary>
public static class LogReader
{
    /// <param name="path">The current file; rotated ones stand beside it with a suffix.</param>
    /// <param name="ended">Completes when the container will write no more: following ends then.</param>
    public static IAsyncEnumerable<LogEntry> Read(string path, LogOptions options, Task ended, CancellationToken cancel) => throw new NotImplementedException();
}
