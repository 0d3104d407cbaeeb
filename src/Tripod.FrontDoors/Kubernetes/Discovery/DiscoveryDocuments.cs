using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>What is served, in both forms clients ask for: aggregated (apidiscovery.k8s.io/v2) and the older lists; made once.</summary>
public static class DiscoveryDocuments
{
    public const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public static JsonObject AggregatedFor(bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. KindRegistry.All.Where(kind => kind.Group.Length == 0 == core).GroupBy(kind => kind.Group).Select(Group)]),
    };

    public static JsonObject Versions(string host) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = host }),
    };

    public static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupNames().Select(GroupOf)]),
    };

    public static JsonObject? Group(string group) => GroupNames().Contains(group) ? GroupOf(group) : null;

    public static JsonObject? Resources(string group, string version)
    {
        var kinds = KindRegistry.All.Where(kind => kind.Group == group && kind.Version == version).ToList();
        return kinds.Count == 0 ? null : new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = kinds[0].ApiVersion,
            ["resources"] = new JsonArray([.. kinds.SelectMany(kind => kind.Subresources.Select(sub => Sub(kind, sub)).Prepend(Resource(kind)))]),
        };
    }

    private static IEnumerable<string> GroupNames() => KindRegistry.All.Select(kind => kind.Group).Where(group => group.Length > 0).Distinct();

    private static JsonObject GroupOf(string group)
    {
        var version = new JsonObject { ["groupVersion"] = $"{group}/v1", ["version"] = "v1" };
        return new() { ["kind"] = "APIGroup", ["apiVersion"] = "v1", ["name"] = group, ["versions"] = new JsonArray(version), ["preferredVersion"] = version.DeepClone() };
    }

    private static JsonObject Resource(ApiKind kind)
    {
        var resource = new JsonObject
        {
            ["name"] = kind.Plural,
            ["singularName"] = kind.Singular,
            ["namespaced"] = kind.Namespaced,
            ["kind"] = kind.Kind,
            ["verbs"] = Texts(ApiKind.Verbs),
        };
        if (kind.ShortNames.Count > 0)
        {
            resource["shortNames"] = Texts(kind.ShortNames);
        }

        if (kind.Categories.Count > 0)
        {
            resource["categories"] = Texts(kind.Categories);
        }

        return resource;
    }

    private static JsonObject Sub(ApiKind kind, string sub) => new()
    {
        ["name"] = $"{kind.Plural}/{sub}",
        ["singularName"] = "",
        ["namespaced"] = kind.Namespaced,
        ["kind"] = kind.Kind,
        ["verbs"] = Texts(["get", "patch", "update"]),
    };

    private static JsonNode Group(IGrouping<string, ApiKind> group) => new JsonObject
    {
        ["metadata"] = group.Key.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group.Key },
        ["versions"] = new JsonArray([.. group.GroupBy(kind => kind.Version).Select(version => new JsonObject
        {
            ["version"] = version.Key,
            ["freshness"] = "Current",
            ["resources"] = new JsonArray([.. version.Select(AggregatedResource)]),
        })]),
    };

    private static JsonNode AggregatedResource(ApiKind kind) => new JsonObject
    {
        ["resource"] = kind.Plural,
        ["responseKind"] = new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind },
        ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
        ["singularResource"] = kind.Singular,
        ["verbs"] = Texts(ApiKind.Verbs),
        ["shortNames"] = Texts(kind.ShortNames),
        ["categories"] = Texts(kind.Categories),
        ["subresources"] = new JsonArray([.. kind.Subresources.Select(sub => new JsonObject
        {
            ["subresource"] = sub,
            ["responseKind"] = new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind },
            ["verbs"] = Texts(["get", "patch", "update"]),
        })]),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
