using System.Text.Json.Nodes;

namespace Tripod.Client;

/// <summary>The server's answer to what it does not do, in kubectl's words.</summary>
internal sealed class ApiRefusal(int code, string reason, string message, JsonNode? details = null) : Exception(Text(reason, message, details))
{
    public int Code { get; } = code;

    /// <summary>The server's words alone.</summary>
    public string Said { get; } = message;

    /// <summary>With what was being done, as kubectl says it where one of many fails.</summary>
    public string While(string what) => Text(reason, $"{what}: {Said}", details);

    private static string Text(string reason, string message, JsonNode? details) =>
        reason == "Invalid" && details is not null ? Invalid(message, details) : reason.Length > 0 ? $"Error from server ({reason}): {message}" : $"Error from server: {message}";

    private static string Invalid(string message, JsonNode details)
    {
        var (kind, name) = ((string?)details["kind"], (string?)details["name"]);
        var causes = (details["causes"] as JsonArray ?? []).Select(cause => (string?)cause?["field"] is { Length: > 0 } field ? $"{field}: {cause["message"]}" : $"{cause?["message"]}").ToList();
        var what = kind is null && name is null ? "The request is invalid" : $"The {kind} \"{name}\" is invalid";
        return causes.Count switch { 0 => $"The request is invalid: {message}", 1 => $"{what}: {causes[0]}", _ => $"{what}:{string.Concat(causes.Select(cause => $"\n* {cause}"))}" };
    }
}
