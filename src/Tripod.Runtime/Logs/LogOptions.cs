namespace Tripod.Runtime.Logs;

/// <summary>Which part of a log is wanted (Kubernetes PodLogOptions).</summary>
public sealed record LogOptions
{
    public bool Follow { get; init; }

    /// <summary>So many lines from the end; lines, not the parts that a long one is stored in.</summary>
    public long? TailLines { get; init; }
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>So many bytes of text at most, line feeds counted; the last line may be cut.</summary>
    public long? LimitBytes { get; init; }

    public LogStreams Streams { get; init; } = LogStreams.All;
}

[Flags]
public enum LogStreams
{
    Stdout = 1,
    Stderr = 2,
    All = 3,
}
