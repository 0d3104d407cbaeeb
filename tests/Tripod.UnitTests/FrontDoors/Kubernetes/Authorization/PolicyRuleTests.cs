using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Authorization;

public sealed class PolicyRuleTests
{
    private static readonly UserIdentity Ann = new("ann", "", []);

    [Theory]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""", true)]
    [InlineData("""{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}""", true)]
    [InlineData("""{"verbs":["get"],"apiGroups":["apps"],"resources":["pods"]}""", false)]
    [InlineData("""{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}""", false)]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]}""", false)]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}""", true)]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["b"]}""", false)]
    [InlineData("""{"verbs":["get"],"nonResourceURLs":["*"]}""", false)]
    public void Rule_allows_what_it_names(string rule, bool allows) =>
        Assert.Equal(allows, Rule(rule).Allows(new(Ann, "get") { Resource = "pods", Name = "a", Namespace = "default" }));

    [Theory]
    [InlineData("pods", false)]
    [InlineData("pods/log", true)]
    [InlineData("*/log", true)]
    [InlineData("*", true)]
    public void Part_is_named_by_itself(string resource, bool allows) =>
        Assert.Equal(allows, Rule($$"""{"verbs":["get"],"apiGroups":[""],"resources":["{{resource}}"]}""").Allows(new(Ann, "get") { Resource = "pods", Subresource = "log", Name = "a" }));

    [Theory]
    [InlineData("/metrics", "/metrics", true)]
    [InlineData("/openapi/*", "/openapi/v3/api/v1", true)]
    [InlineData("/openapi/*", "/openapi", false)]
    [InlineData("*", "/anything", true)]
    public void Path_is_matched_whole_or_by_its_beginning(string known, string asked, bool allows) =>
        Assert.Equal(allows, Rule($$"""{"verbs":["get"],"nonResourceURLs":["{{known}}"]}""").Allows(new(Ann, "get") { Path = asked }));

    [Fact]
    public void Name_restricts_a_rule_to_requests_that_have_one() =>
        Assert.False(Rule("""{"verbs":["list"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}""").Allows(new(Ann, "list") { Resource = "pods" }));

    [Theory]
    [InlineData("""{"kind":"User","name":"ann"}""", true)]
    [InlineData("""{"kind":"Group","name":"dev"}""", true)]
    [InlineData("""{"kind":"User","name":"dev"}""", false)]
    [InlineData("""{"kind":"ServiceAccount","name":"ann","namespace":"x"}""", false)]
    public void Binding_concerns_its_subjects(string subject, bool concerned) =>
        Assert.Equal(concerned, Grant.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"roleRef":{"kind":"Role","name":"r"},"subjects":[{{subject}}]}""")).Concerns(new("ann", "", ["dev"])));

    private static PolicyRule Rule(string json)
    {
        using var role = JsonDocument.Parse($$"""{"rules":[{{json}}]}""");
        return PolicyRule.Of(role.RootElement)[0];
    }
}
