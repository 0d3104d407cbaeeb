namespace Tripod.Client;

/// <summary>A verb cannot go on; the message is for the user, and says what to do.</summary>
internal sealed class CommandFailure(string message, int exitCode = ExitCodes.Failure, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>kubectl's words stay as they are; the program's own are signed.</summary>
    public string Shown => Message.StartsWith("error:", StringComparison.Ordinal) ? Message : $"tripod: {Message}";
}
