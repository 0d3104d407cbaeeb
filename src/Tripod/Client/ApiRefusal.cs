namespace Tripod.Client;

/// <summary>The server's answer to what it does not do, in kubectl's words.</summary>
internal sealed class ApiRefusal(int code, string reason, string message) : Exception(Text(reason, message))
{
    public int Code { get; } = code;

    /// <summary>The server's words alone.</summary>
    public string Said { get; } = message;

    private static string Text(string reason, string message) =>
        reason == "Invalid" ? $"The {message[..1].ToUpperInvariant()}{message[1..]}" : reason.Length > 0 ? $"Error from server ({reason}): {message}" : $"Error from server: {message}";
}
