using k8s.Models;
using Tripod.Pods.Cluster;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class NodeFitTests
{
    private static readonly V1Node Node = new()
    {
        Metadata = new() { Name = "here", Labels = new Dictionary<string, string> { ["disk"] = "ssd", ["cores"] = "8" } },
        Spec = new(),
    };

    [Fact]
    public void Cordoned_node_takes_no_pod_but_one_that_tolerates_it()
    {
        var cordoned = new V1Node { Metadata = Node.Metadata, Spec = new() { Unschedulable = true } };
        Assert.Equal("node(s) were unschedulable", NodeFit.Misfit(new(), cordoned));
        Assert.Null(NodeFit.Misfit(new() { Tolerations = [new() { Key = "node.kubernetes.io/unschedulable", OperatorProperty = "Exists", Effect = "NoSchedule" }] }, cordoned));
    }

    [Theory]
    [InlineData("NoSchedule", null, null, null, null, false)]
    [InlineData("NoExecute", null, null, null, null, false)]
    [InlineData("PreferNoSchedule", null, null, null, null, true)]
    [InlineData("NoSchedule", "a", "Equal", "b", "NoSchedule", true)]
    [InlineData("NoSchedule", "a", null, "b", null, true)]
    [InlineData("NoSchedule", "a", "Equal", "c", null, false)]
    [InlineData("NoSchedule", "a", "Exists", null, "NoExecute", false)]
    [InlineData("NoSchedule", null, "Exists", null, null, true)]
    public void Taint_keeps_out_who_does_not_tolerate_it(string effect, string? key, string? comparison, string? value, string? tolerated, bool fits)
    {
        var node = new V1Node { Metadata = Node.Metadata, Spec = new() { Taints = [new() { Key = "a", Value = "b", Effect = effect }] } };
        var pod = new V1PodSpec { Tolerations = comparison is null && key is null ? null : [new() { Key = key, OperatorProperty = comparison, Value = value, Effect = tolerated }] };
        Assert.Equal(fits ? null : "node(s) had untolerated taint(s)", NodeFit.Misfit(pod, node));
    }

    [Theory]
    [InlineData("disk", "In", "ssd", true)]
    [InlineData("disk", "In", "tape", false)]
    [InlineData("disk", "NotIn", "tape", true)]
    [InlineData("nothing", "NotIn", "tape", true)]
    [InlineData("disk", "Exists", null, true)]
    [InlineData("disk", "DoesNotExist", null, false)]
    [InlineData("cores", "Gt", "7", true)]
    [InlineData("cores", "Lt", "8", false)]
    [InlineData("disk", "Gt", "7", false)]
    public void Required_affinity_is_judged_by_labels(string key, string comparison, string? value, bool fits)
    {
        var term = new V1NodeSelectorTerm { MatchExpressions = [new() { Key = key, OperatorProperty = comparison, Values = value is null ? null : [value] }] };
        Assert.Equal(fits, NodeFit.Misfit(WithTerms(term), Node) is null);
    }

    [Fact]
    public void Terms_are_alternatives_and_an_empty_one_selects_nothing()
    {
        var wrong = new V1NodeSelectorTerm { MatchExpressions = [new() { Key = "disk", OperatorProperty = "In", Values = ["tape"] }] };
        var byName = new V1NodeSelectorTerm { MatchFields = [new() { Key = "metadata.name", OperatorProperty = "In", Values = ["here"] }] };
        Assert.Null(NodeFit.Misfit(WithTerms(wrong, byName), Node));
        Assert.NotNull(NodeFit.Misfit(WithTerms(new V1NodeSelectorTerm()), Node));
    }

    private static V1PodSpec WithTerms(params V1NodeSelectorTerm[] terms) =>
        new() { Affinity = new() { NodeAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = new() { NodeSelectorTerms = terms } } } };
}
