using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Runtime.Images;

namespace Tripod.Pods.Starting.Credentials;

/// <summary>The content of a Secret of type <c>kubernetes.io/dockerconfigjson</c> or <c>kubernetes.io/dockercfg</c>. Pure.</summary>
internal static class DockerConfigJson
{
    /// <returns>What each registry, or part of one, is entered with; what cannot be read is left out.</returns>
    public static IReadOnlyList<(string Key, RegistryCredentials Credentials)> Parse(IDictionary<string, byte[]> data)
    {
        var auths = data.TryGetValue(".dockerconfigjson", out var config) ? Read(config)?["auths"] as JsonObject
            : data.TryGetValue(".dockercfg", out var old) ? Read(old)
            : null;
        return [.. (auths ?? []).Where(pair => pair.Value is JsonObject).Select(pair => (pair.Key, Of(pair.Value!.AsObject()))).Where(pair => pair.Item2 != new RegistryCredentials())];
    }

    private static JsonObject? Read(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RegistryCredentials Of(JsonObject entry)
    {
        var (user, password) = (Text(entry, "username"), Text(entry, "password"));
        if (user.Length == 0 && Text(entry, "auth") is { Length: > 0 } both)
        {
            try
            {
                var parts = Encoding.UTF8.GetString(Convert.FromBase64String(both)).Split(':', 2);
                (user, password) = parts.Length == 2 ? (parts[0], parts[1]) : ("", "");
            }
            catch (FormatException)
            {
                // No credentials, as with an entry that has none.
            }
        }

        return new(user, password, Text(entry, "identitytoken"));
    }

    private static string Text(JsonObject entry, string name) => entry[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
