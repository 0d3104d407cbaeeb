using System.Text.Json.Nodes;

namespace Tripod.Runtime.Network.Cni;

/// <summary>What plugins answer (CNI spec, section 5). Pure.</summary>
internal static class PluginResult
{
    /// <summary>The addresses of the sandbox's own interface, IPv4 first, without their prefix lengths.</summary>
    public static IReadOnlyList<string> Addresses(JsonObject? result, string ownInterface)
    {
        var interfaces = result?["interfaces"] as JsonArray ?? [];
        var all = (result?["ips"] as JsonArray ?? []).OfType<JsonObject>().Where(ip => IsOwn(ip, interfaces, ownInterface)).Select(ip => ((string?)ip["address"] ?? "").Split('/')[0]).Where(address => address.Length > 0).Distinct().ToList();
        return [.. all.Where(address => !address.Contains(':', StringComparison.Ordinal)), .. all.Where(address => address.Contains(':', StringComparison.Ordinal))];
    }

    /// <returns>What went wrong, in the plugin's words.</returns>
    public static (int Code, string Message) Error(string stdout, string stderr)
    {
        try
        {
            if (JsonNode.Parse(stdout) is JsonObject error)
            {
                var details = (string?)error["details"] ?? "";
                return ((int?)error["code"] ?? 0, $"{(string?)error["msg"]}{(details.Length > 0 ? $"; {details}" : "")}");
            }
        }
        catch (Exception malformed) when (malformed is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            // Some only write to stderr.
        }

        var said = stderr.Trim() is { Length: > 0 } text ? text : stdout.Trim();
        return (0, said.Length > 0 ? said : "it failed without a word");
    }

    /// <summary>One that names no interface belongs to the sandbox's.</summary>
    private static bool IsOwn(JsonObject ip, JsonArray interfaces, string ownInterface)
    {
        if ((int?)ip["interface"] is not { } index || index < 0 || index >= interfaces.Count || interfaces[index] is not JsonObject link)
        {
            return true;
        }

        return (string?)link["sandbox"] is { Length: > 0 } && (string?)link["name"] == ownInterface;
    }
}
