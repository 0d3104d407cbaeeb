namespace Tripod.Client;

/// <summary>A verb cannot go on; the message is for the user, and says what to do.</summary>
internal sealed class CommandFailure(string message, int exitCode = 1, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
