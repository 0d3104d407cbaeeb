using System.Text;
using System.Text.Json.Nodes;
using Tripod.Pods.Cluster;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class NamespaceConditionsTests
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UnixEpoch, Now = Then.AddMinutes(1);

    [Fact]
    public void What_is_left_and_what_holds_it_are_counted()
    {
        var conditions = NamespaceConditions.Of(null, [Object("pods", "v1", "b"), Object("pods", "v1", "a"), Object("leases", "coordination.k8s.io/v1", "a")], Now);
        Assert.Equal(("True", "Some resources are remaining: leases.coordination.k8s.io has 1 resource instances, pods. has 2 resource instances"), Shown(conditions, "NamespaceContentRemaining"));
        Assert.Equal(("True", "Some content in the namespace has finalizers remaining: example.com/a in 2 resource instances, example.com/b in 1 resource instances"), Shown(conditions, "NamespaceFinalizersRemaining"));
        Assert.Equal("False", Shown(conditions, "NamespaceDeletionContentFailure").Status);
    }

    [Fact]
    public void Condition_that_does_not_change_keeps_its_time_and_others_stay()
    {
        var before = NamespaceConditions.Of(new(new JsonObject { ["type"] = "Mine", ["status"] = "True" }), [Object("pods", "v1", "a")], Then);
        var after = NamespaceConditions.Of(before, [], Now);
        Assert.Equal("True", (string?)Find(after, "Mine")["status"]);
        Assert.Equal("1970-01-01T00:00:00Z", (string?)Find(after, "NamespaceDeletionContentFailure")["lastTransitionTime"]);
        Assert.Equal(("False", "1970-01-01T00:01:00Z"), (Shown(after, "NamespaceContentRemaining").Status, (string?)Find(after, "NamespaceContentRemaining")["lastTransitionTime"]));
        Assert.True(JsonNode.DeepEquals(after, NamespaceConditions.Of(after, [], Now.AddHours(1))));
    }

    private static (string? Status, string? Message) Shown(JsonArray conditions, string type) => ((string?)Find(conditions, type)["status"], (string?)Find(conditions, type)["message"]);

    private static JsonNode Find(JsonArray conditions, string type) => conditions.Single(condition => (string?)condition!["type"] == type)!;

    private static StoredObject Object(string resource, string apiVersion, string holder) => new(
        $"/registry/{resource}/space/{holder}", 1, Encoding.UTF8.GetBytes($$$"""{"apiVersion":"{{{apiVersion}}}","metadata":{"name":"{{{holder}}}","finalizers":["example.com/{{{holder}}}"]}}"""));
}
