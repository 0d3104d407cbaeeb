using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>Nobody grants what they have not: asked before a role or a binding is stored.</summary>
internal static class Escalation
{
    /// <exception cref="ApiException">403.</exception>
    public static void Check(ObjectStore store, Authorizer authorizer, ApiRequest request, JsonObject document)
    {
        if (request.Kind.Group != RoleKind.Group || Authorizer.IsAdministrator(request.User))
        {
            return;
        }

        var space = request.Namespace ?? "";
        var (rules, verb, role) = request.Kind.Kind.EndsWith("Binding", StringComparison.Ordinal)
            ? (RulesOf(store, document, space), "bind", document.Map("roleRef").Text("name") ?? "")
            : (RulesOf(document), "escalate", document.Map("metadata").Text("name") ?? "");
        var resource = verb == "escalate" ? request.Kind.Plural : document.Map("roleRef").Text("kind") == "Role" ? "roles" : "clusterroles";
        var leave = new AccessQuestion(request.User, verb) { Group = RoleKind.Group, Resource = resource, Namespace = space, Name = role };
        if (authorizer.Allows(leave))
        {
            return;
        }

        var missing = rules.SelectMany(rule => Questions(rule, request, space)).FirstOrDefault(question => !authorizer.Allows(question));
        if (missing is not null)
        {
            throw ApiException.Forbidden(request.Kind.GroupResource, document.Map("metadata").Text("name") ?? "",
                $"user \"{request.User.Name}\" is attempting to grant RBAC permissions not currently held: {missing.Verb} {missing.Path ?? missing.Part}");
        }
    }

    private static IEnumerable<AccessQuestion> Questions(PolicyRule rule, ApiRequest request, string space) =>
        rule.Paths.Count > 0
            ? rule.Verbs.SelectMany(verb => rule.Paths.Select(path => new AccessQuestion(request.User, verb) { Path = path }))
            : from verb in rule.Verbs
              from apiGroup in rule.Groups
              from resource in rule.Resources
              from name in rule.Names.DefaultIfEmpty("")
              let parts = resource.Split('/', 2)
              select new AccessQuestion(request.User, verb) { Group = apiGroup, Resource = parts[0], Subresource = parts.Length > 1 ? parts[1] : "", Namespace = space, Name = name };

    private static IReadOnlyList<PolicyRule> RulesOf(ObjectStore store, JsonObject binding, string space)
    {
        var reference = binding.Map("roleRef");
        var key = reference.Text("kind") == "Role" ? ResourceKeys.Of("roles", space, reference.Text("name") ?? "") : ResourceKeys.Of("clusterroles", null, reference.Text("name") ?? "");
        return store.Get(key) is { } role ? role.View(RoleContent.Parse).Rules : throw ApiException.NotFound(
            $"{(reference.Text("kind") == "Role" ? "roles" : "clusterroles")}.{RoleKind.Group}", reference.Text("name") ?? "");
    }

    private static IReadOnlyList<PolicyRule> RulesOf(JsonObject role)
    {
        using var document = JsonDocument.Parse(JsonBytes.Of(role));
        return PolicyRule.Of(document.RootElement);
    }
}
