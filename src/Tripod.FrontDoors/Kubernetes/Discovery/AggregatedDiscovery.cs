using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>All groups with all of their resources in one document: apidiscovery.k8s.io/v2.</summary>
internal static class AggregatedDiscovery
{
    public const string MediaType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <param name="core">The core group, which has a document of its own; else all the others.</param>
    public static JsonObject Make(bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = Json.Array(DiscoveredResource.All.Where(resource => resource.Group.Length == 0 == core).GroupBy(resource => resource.Group).Select(Group)),
    };

    private static JsonObject Group(IGrouping<string, DiscoveredResource> group)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (group.Key.Length > 0)
        {
            metadata["name"] = group.Key;
        }

        return new()
        {
            ["metadata"] = metadata,
            ["versions"] = Json.Array(group.GroupBy(resource => resource.Version).Select(version => new JsonObject
            {
                ["version"] = version.Key,
                ["resources"] = Json.Array(version.Select(Resource)),
                ["freshness"] = "Current",
            })),
        };
    }

    private static JsonObject Resource(DiscoveredResource resource)
    {
        var document = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Json.Texts(resource.Verbs),
        };
        Json.AddTexts(document, "shortNames", resource.ShortNames);
        Json.AddTexts(document, "categories", resource.Categories);
        if (resource.Subresources.Count > 0)
        {
            document["subresources"] = Json.Array(resource.Subresources.Select(part => Part(resource, part)));
        }

        return document;
    }

    private static JsonObject Part(DiscoveredResource resource, Subresource part)
    {
        var slash = part.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? (resource.Group, resource.Version) : (part.ApiVersion[..slash], part.ApiVersion[(slash + 1)..]);
        return new()
        {
            ["subresource"] = part.Name,
            ["responseKind"] = Kind(group, version, part.Kind),
            ["verbs"] = Json.Texts(part.Verbs),
        };
    }

    private static JsonObject Kind(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
}
