using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>
/// As much OpenAPI as kubectl asks for: that writes take fieldValidation and dryRun, so that it leaves validation to the
/// server, and what fields there are. One document per group version, made when it is first asked for.
/// </summary>
internal static class OpenApi
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    private static readonly Dictionary<string, Lazy<Document>> Documents = KindRegistry.All
        .Select(kind => (kind.Group, kind.Version)).Distinct()
        .ToDictionary(served => Path(served.Group, served.Version), served => new Lazy<Document>(() => Make(served.Group, served.Version)), StringComparer.Ordinal);

    /// <param name="Hash">Of the body: under an address with it, the document never changes.</param>
    public sealed record Document(ReadOnlyMemory<byte> Body, string Hash);

    public static JsonObject Index() => new()
    {
        ["paths"] = new JsonObject(Documents.Select(found =>
            KeyValuePair.Create(found.Key, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{found.Key}?hash={found.Value.Value.Hash}" }))),
    };

    /// <param name="path">As the index names it: <c>api/v1</c>.</param>
    /// <returns>Null for a group version that is not served.</returns>
    public static Document? Find(string path) => Documents.GetValueOrDefault(path)?.Value;

    /// <summary>All documents, for who wants them as one.</summary>
    public static IEnumerable<Document> All => Documents.OrderBy(found => found.Key, StringComparer.Ordinal).Select(found => found.Value.Value);

    private static string Path(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static Document Make(string group, string version)
    {
        var body = JsonBytes.Of(Describe(group, version)).ToArray();
        return new(body, Convert.ToHexString(SHA256.HashData(body).AsSpan(0, 16)));
    }

    private static JsonObject Describe(string group, string version)
    {
        var root = $"/{Path(group, version)}";
        var schemas = new OpenApiSchemas(version);
        var paths = new JsonObject();
        foreach (var kind in KindRegistry.All.Where(kind => kind.Group == group && kind.Version == version))
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
            schemas.Add(kind.Schema, $"io.k8s.api.{(group.Length == 0 ? "core" : group.Split('.')[0])}.{version}.{kind.Kind}");
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "tripod" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.All() },
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
        ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind },
    };
}
