using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>Discovery one group version at a time, for clients that do not ask for the aggregated form.</summary>
internal static class LegacyDiscovery
{
    public static JsonObject Paths() => new()
    {
        ["paths"] = Json.Texts(
        [
            "/api", "/api/v1", "/apis",
            .. Versions().Where(version => version.Group.Length > 0).SelectMany(version => (string[])[$"/apis/{version.Group}", $"/apis/{version.Group}/{version.Version}"]).Distinct(),
            "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
        ]),
    };

    public static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = Json.Texts(["v1"]),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = Json.Array(Versions().Select(version => version.Group).Where(group => group.Length > 0).Distinct().Select(group => Group(group)!)),
    };

    /// <returns>Null for a group that is not known.</returns>
    public static JsonObject? Group(string name)
    {
        var versions = Versions().Where(version => version.Group == name && name.Length > 0).Select(version => version.Version).ToList();
        return versions.Count == 0 ? null : new()
        {
            ["kind"] = "APIGroup",
            ["apiVersion"] = "v1",
            ["name"] = name,
            ["versions"] = Json.Array(versions.Select(version => Version(name, version))),
            ["preferredVersion"] = Version(name, versions[0]),
        };
    }

    /// <returns>Null for a group version that is not known.</returns>
    public static JsonObject? Resources(string group, string version)
    {
        var found = DiscoveredResource.All.Where(resource => resource.Group == group && resource.Version == version).ToList();
        return found.Count == 0 ? null : new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = Json.Array(found.SelectMany(resource => (JsonObject[])[Resource(resource), .. resource.Subresources.Select(part => Part(resource, part))])),
        };
    }

    private static JsonObject Resource(DiscoveredResource resource)
    {
        var document = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Json.Texts(resource.Verbs),
        };
        Json.AddTexts(document, "shortNames", resource.ShortNames);
        Json.AddTexts(document, "categories", resource.Categories);
        return document;
    }

    private static JsonObject Part(DiscoveredResource resource, Kinds.Subresource part)
    {
        var document = new JsonObject
        {
            ["name"] = $"{resource.Plural}/{part.Name}",
            ["singularName"] = "",
            ["namespaced"] = resource.Namespaced,
            ["kind"] = part.Kind,
            ["verbs"] = Json.Texts(part.Verbs),
        };
        if (part.ApiVersion.Length > 0)
        {
            document["group"] = part.ApiVersion.Split('/')[0];
            document["version"] = part.ApiVersion.Split('/')[1];
        }

        return document;
    }

    private static JsonObject Version(string group, string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private static IEnumerable<(string Group, string Version)> Versions() =>
        DiscoveredResource.All.Select(resource => (resource.Group, resource.Version)).Distinct();
}
