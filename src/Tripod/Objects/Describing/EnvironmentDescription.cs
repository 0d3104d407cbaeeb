using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>A container's variables, and where they come from.</summary>
internal static class EnvironmentDescription
{
    public static void Describe(Description text, int level, JsonNode container)
    {
        if (container["envFrom"] is JsonArray { Count: > 0 } sources)
        {
            text.Title(level, "Environment Variables from:");
            foreach (var source in sources)
            {
                var (kind, from) = source!["configMapRef"] is { } map ? ("ConfigMap", map) : ("Secret", source["secretRef"]!);
                var prefix = (string?)source["prefix"] is { Length: > 0 } word ? $" with prefix '{word}'" : "";
                text.Text.Add(level + 1, $"{from["name"]}", kind + prefix, Optional(from));
            }
        }

        if (container["env"] is not JsonArray { Count: > 0 } variables)
        {
            text.Add(level, "Environment", "<none>");
            return;
        }

        text.Title(level, "Environment:");
        foreach (var variable in variables)
        {
            string[] cells = variable!["valueFrom"] is { } from ? Source(from, container) : [(string?)variable["value"] ?? ""];
            var lines = cells[0].TrimEnd('\n').Split('\n');
            text.Text.Add(level + 1, [$"{variable["name"]}:", lines[0], .. cells[1..]]);
            foreach (var line in lines[1..])
            {
                text.Text.Add(level + 1, "", line);
            }
        }
    }

    private static string[] Source(JsonNode from, JsonNode container) => from switch
    {
        _ when from["configMapKeyRef"] is { } map => [$"<set to the key '{map["key"]}' of config map '{map["name"]}'>", Optional(map)],
        _ when from["secretKeyRef"] is { } secret => [$"<set to the key '{secret["key"]}' in secret '{secret["name"]}'>", Optional(secret)],
        _ when from["fieldRef"] is { } field => [$" ({field["apiVersion"] ?? "v1"}:{field["fieldPath"]})"],
        _ when from["resourceFieldRef"] is { } resource => [$"{Amount(container, (string?)resource["resource"] ?? "")} ({resource["resource"]})".TrimStart()],
        _ => [JsonPath.Text(from)],
    };

    /// <summary>Of <c>limits.memory</c>; empty where the container has none.</summary>
    private static string Amount(JsonNode container, string resource) =>
        resource.Split('.', 2) is [var list, var name] ? JsonPath.Text(container["resources"]?[list]?[name]) : "";

    private static string Optional(JsonNode from) => $"Optional: {((bool?)from["optional"] == true ? "true" : "false")}";
}
