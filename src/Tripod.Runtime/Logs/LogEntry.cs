namespace Tripod.Runtime.Logs;

/// <summary>One line, or part of one, of the CRI log format.</summary>
/// <param name="Partial">The line goes on in the next entry of its stream (tag <c>P</c>).</param>
/// <param name="Text">Without the line feed; stays valid after the reader has moved on.</param>
public readonly record struct LogEntry(DateTimeOffset Time, bool Stderr, bool Partial, ReadOnlyMemory<byte> Text)
{
    public LogStreams Stream => Stderr ? LogStreams.Stderr : LogStreams.Stdout;
}
