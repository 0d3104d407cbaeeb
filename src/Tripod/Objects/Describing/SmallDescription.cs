using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>Namespaces and ServiceAccounts: their metadata is most of what they have.</summary>
internal static class SmallDescription
{
    public static void Namespace(Description text, JsonObject document) => text.Add(0, "Status", $"{document["status"]?["phase"]}");

    public static void ServiceAccount(Description text, JsonObject document) => text
        .AddMany(0, "Image pull secrets", Names(document["imagePullSecrets"]))
        .AddMany(0, "Mountable secrets", Names(document["secrets"]))
        .AddMany(0, "Tokens", []);

    private static List<string> Names(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => $"{item!["name"]}")];
}
