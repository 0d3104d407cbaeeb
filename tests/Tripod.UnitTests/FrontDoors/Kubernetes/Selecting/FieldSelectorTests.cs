using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Selecting;

public sealed class FieldSelectorTests
{
    private const string Pod = """
        {'metadata':{'name':'a','namespace':'default'},'spec':{'nodeName':'n1','restartPolicy':'Never'},'status':{'phase':'Running','podIP':'10.0.0.1'}}
        """;

    [Theory]
    [InlineData("metadata.name=a", true)]
    [InlineData("metadata.name==a,status.phase=Running", true)]
    [InlineData("metadata.name!=a", false)]
    [InlineData("metadata.namespace=default,spec.nodeName=n1,spec.restartPolicy=Never,status.podIP=10.0.0.1", true)]
    [InlineData("spec.schedulerName=", true)]
    [InlineData("status.phase!=Running", false)]
    [InlineData("spec.nodeName=", false)]
    [InlineData("", true)]
    public void Pods_are_selected_by_field(string selector, bool expected) =>
        Assert.Equal(expected, FieldSelector.Parse(selector, PodKind.Row).Matches(Stored.Element(Pod)));

    [Fact]
    public void Events_are_selected_by_what_they_are_about_under_either_version()
    {
        var happening = Stored.Element("{'involvedObject':{'kind':'Pod','name':'web'},'reason':'Started','type':'Normal'}");
        Assert.True(FieldSelector.Parse("involvedObject.name=web,involvedObject.kind=Pod,reason=Started,type=Normal", EventKind.Row).Matches(happening));
        Assert.True(FieldSelector.Parse("regarding.name=web", EventViewKind.Row).Matches(happening));
    }

    [Theory]
    [InlineData("spec.containers=x", "field label not supported: spec.containers")]
    [InlineData("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    public void Unknown_field_and_malformed_selector_are_named(string selector, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => FieldSelector.Parse(selector, PodKind.Row));
        Assert.Equal((400, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void Backslash_lets_a_value_hold_what_would_end_it()
    {
        var happening = Stored.Element("{'reason':'a,b=c'}");
        Assert.True(FieldSelector.Parse(@"reason=a\,b\=c", EventKind.Row).Matches(happening));
        Assert.Throws<ApiException>(() => FieldSelector.Parse(@"reason=a\b", EventKind.Row));
    }

    [Fact]
    public void Cluster_wide_kind_has_no_namespace_to_select_by() =>
        Assert.Throws<ApiException>(() => FieldSelector.Parse("metadata.namespace=x", NodeKind.Row));
}
