using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>
/// As much OpenAPI as kubectl needs to leave validation to the server: that writes take fieldValidation and dryRun.
/// What a document may hold, the schema table knows.
/// </summary>
internal static class OpenApi
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    public static JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in KindRegistry.All.Select(kind => (kind.Group, kind.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash=1" };
        }

        return new() { ["paths"] = paths };
    }

    /// <returns>Null for a group version that is not served.</returns>
    public static JsonObject? Make(string group, string version)
    {
        var kinds = KindRegistry.All.Where(kind => kind.Group == group && kind.Version == version).ToList();
        if (kinds.Count == 0)
        {
            return null;
        }

        var root = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        foreach (var kind in kinds)
        {
            var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
            paths[collection] = new JsonObject { ["get"] = Operation(kind, "list", []), ["post"] = Operation(kind, "post", WriteParameters) };
            paths[$"{collection}/{{name}}"] = new JsonObject
            {
                ["get"] = Operation(kind, "get", []),
                ["put"] = Operation(kind, "put", WriteParameters),
                ["patch"] = Operation(kind, "patch", [.. WriteParameters, "force"]),
                ["delete"] = Operation(kind, "delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"]),
            };
            schemas[$"io.k8s.api.{(group.Length == 0 ? "core" : group.Split('.')[0])}.{version}.{kind.Kind}"] = new JsonObject
            {
                ["type"] = "object",
                ["x-kubernetes-preserve-unknown-fields"] = true,
                ["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(kind)),
            };
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "tripod" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Operation(ServedKind kind, string action, IReadOnlyList<string> parameters) => new()
    {
        ["operationId"] = $"{action}{kind.Kind}",
        ["parameters"] = Json.Array(parameters.Select(name => new JsonObject
        {
            ["name"] = name,
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
        })),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = GroupVersionKind(kind),
    };

    private static JsonObject GroupVersionKind(ServedKind kind) =>
        new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };
}
