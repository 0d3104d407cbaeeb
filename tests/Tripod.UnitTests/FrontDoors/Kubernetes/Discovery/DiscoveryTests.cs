using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Discovery;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Discovery;

public sealed class DiscoveryTests
{
    [Fact]
    public void Both_forms_of_discovery_list_the_same_resources()
    {
        var aggregated = new[] { AggregatedDiscovery.Make(core: true), AggregatedDiscovery.Make(core: false) }
            .SelectMany(list => list["items"]!.AsArray())
            .SelectMany(group => group!["versions"]!.AsArray().SelectMany(version => version!["resources"]!.AsArray()
                .Select(resource => $"{group["metadata"]!["name"]}/{version["version"]}/{resource!["resource"]}")));
        var legacy = DiscoveredResource.All.Select(resource => (resource.Group, resource.Version)).Distinct()
            .SelectMany(version => LegacyDiscovery.Resources(version.Group, version.Version)!["resources"]!.AsArray()
                .Select(resource => (string?)resource!["name"]).Where(name => !name!.Contains('/')).Select(name => $"{version.Group}/{version.Version}/{name}"));
        Assert.Equal(legacy.Order(), aggregated.Order());
    }

    [Fact]
    public void Kind_that_is_not_served_is_known_by_name_and_can_do_nothing()
    {
        var deployments = LegacyDiscovery.Resources("apps", "v1")!["resources"]!.AsArray().Single(resource => (string?)resource!["name"] == "deployments");
        Assert.Empty(deployments!["verbs"]!.AsArray());
        var refusal = UnservedKinds.Refuse("apps", "deployments");
        Assert.Equal(404, refusal.Code);
        Assert.StartsWith("deployments.apps is not served by tripod: it serves pods, configmaps, ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_served_kind_says_that_its_patch_takes_fieldValidation()
    {
        foreach (var kind in KindRegistry.All)
        {
            var patches = Served(kind)["paths"]!.AsObject().Select(path => path.Value!["patch"]).OfType<JsonObject>()
                .Where(patch => (string?)patch["x-kubernetes-group-version-kind"]!["kind"] == kind.Kind);
            Assert.Contains(Assert.Single(patches)["parameters"]!.AsArray(), parameter => (string?)parameter!["name"] == "fieldValidation");
        }
    }
    [Fact]
    public void What_explain_shows_is_what_the_schema_table_knows()
    {
        var schemas = Served(PodKind.Row)["components"]!["schemas"]!.AsObject();
        var containers = schemas["io.k8s.api.v1.PodSpec"]!["properties"]!["containers"]!;
        Assert.Equal("array", (string?)containers["type"]);
        Assert.Equal("merge", (string?)containers["x-kubernetes-patch-strategy"]);
        Assert.Equal("name", (string?)containers["x-kubernetes-patch-merge-key"]);
        Assert.Equal("#/components/schemas/io.k8s.api.v1.Container", (string?)containers["items"]!["allOf"]![0]!["$ref"]);
        Assert.Equal("boolean", (string?)schemas["io.k8s.api.v1.Container"]!["properties"]!["stdinOnce"]!["type"]);
    }

    [Fact]
    public void Every_schema_that_is_referred_to_is_there()
    {
        foreach (var kind in KindRegistry.All)
        {
            var document = Served(kind);
            var schemas = document["components"]!["schemas"]!.AsObject();
            var referred = System.Text.RegularExpressions.Regex.Matches(document.ToJsonString(), "#/components/schemas/([^\"]+)").Select(match => match.Groups[1].Value);
            Assert.All(referred, name => Assert.True(schemas.ContainsKey(name), name));
        }
    }

    private static JsonNode Served(ServedKind kind) =>
        JsonNode.Parse(OpenApi.Find(kind.Group.Length == 0 ? $"api/{kind.ApiVersion}" : $"apis/{kind.ApiVersion}")!.Body.Span)!;
}
