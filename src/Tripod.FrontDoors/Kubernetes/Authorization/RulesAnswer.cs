using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Authentication;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>All that a user may do in a namespace, as <c>kubectl auth can-i --list</c> shows it.</summary>
internal static class RulesAnswer
{
    public static JsonObject Of(Authorizer authorizer, UserIdentity user, string space)
    {
        var rules = Authorizer.IsAdministrator(user)
            ? [new PolicyRule(["*"], ["*"], ["*"], [], []), new PolicyRule(["*"], [], [], [], ["*"])]
            : authorizer.RulesOf(user, space).ToList();
        return new()
        {
            ["resourceRules"] = Json.Array(rules.Where(rule => rule.Resources.Count > 0).Select(Resources)),
            ["nonResourceRules"] = Json.Array(rules.Where(rule => rule.Paths.Count > 0).Select(rule => new JsonObject { ["verbs"] = Json.Texts(rule.Verbs), ["nonResourceURLs"] = Json.Texts(rule.Paths) })),
            ["incomplete"] = false,
        };
    }

    private static JsonObject Resources(PolicyRule rule)
    {
        var shown = new JsonObject { ["verbs"] = Json.Texts(rule.Verbs), ["apiGroups"] = Json.Texts(rule.Groups), ["resources"] = Json.Texts(rule.Resources) };
        Json.AddTexts(shown, "resourceNames", rule.Names);
        return shown;
    }
}
