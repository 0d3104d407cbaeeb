using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>The little of OpenAPI v3 by which kubectl learns that the server itself validates fields.</summary>
public static class OpenApi
{
    public static JsonObject Index() => new()
    {
        ["paths"] = new JsonObject(KindRegistry.All.Select(kind => kind.Group).Distinct().Select(group =>
            KeyValuePair.Create<string, JsonNode?>(PathOf(group), new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{PathOf(group)}?hash=1" }))),
    };

    public static JsonObject? Group(string path)
    {
        var kinds = KindRegistry.All.Where(kind => PathOf(kind.Group) == path).ToList();
        return kinds.Count == 0 ? null : new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
            ["paths"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create<string, JsonNode?>(
                $"/{path}/{(kind.Namespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}/{{name}}",
                new JsonObject { ["patch"] = Operation(kind, "patch"), ["put"] = Operation(kind, "put"), ["post"] = Operation(kind, "post") }))),
            ["components"] = new JsonObject { ["schemas"] = new JsonObject() },
        };
    }

    private static string PathOf(string group) => group.Length == 0 ? "api/v1" : $"apis/{group}/v1";

    private static JsonObject Operation(ApiKind kind, string action) => new()
    {
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind },
        ["parameters"] = new JsonArray([.. ((string[])["dryRun", "fieldManager", "fieldValidation", "force"]).Select(name => new JsonObject
        {
            ["name"] = name,
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
        })]),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
    };
}
