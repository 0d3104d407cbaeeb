using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Roles and bindings.</summary>
internal static class RoleValidation
{
    public static void ValidateRole(JsonObject role, FieldErrors errors)
    {
        var index = 0;
        foreach (var rule in role.Maps("rules"))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"rules[{index++}]");
            if (!rule.Texts("verbs").Any())
            {
                errors.Add(FieldError.Required($"{path}.verbs", "verbs must contain at least one value"));
            }

            if (rule.Texts("nonResourceURLs").Any())
            {
                if (role.Text("kind") == "Role")
                {
                    errors.Add(FieldError.Invalid($"{path}.nonResourceURLs", rule["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs"));
                }

                if (rule.Texts("apiGroups").Any() || rule.Texts("resources").Any() || rule.Texts("resourceNames").Any())
                {
                    errors.Add(FieldError.Invalid($"{path}.nonResourceURLs", rule["nonResourceURLs"], "rules cannot apply to both regular resources and non-resource URLs"));
                }

                continue;
            }

            if (!rule.Texts("apiGroups").Any())
            {
                errors.Add(FieldError.Required($"{path}.apiGroups", "resource rules must supply at least one api group"));
            }

            if (!rule.Texts("resources").Any())
            {
                errors.Add(FieldError.Required($"{path}.resources", "resource rules must supply at least one resource"));
            }
        }
    }

    public static void ValidateBinding(JsonObject binding, FieldErrors errors)
    {
        var role = binding.Map("roleRef");
        if (role.Text("apiGroup") is not "rbac.authorization.k8s.io")
        {
            errors.Add(FieldError.NotSupported("roleRef.apiGroup", JsonValue.Create(role.Text("apiGroup") ?? ""), "rbac.authorization.k8s.io"));
        }

        string[] kinds = binding.Text("kind") == "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"];
        if (!kinds.Contains(role.Text("kind"), StringComparer.Ordinal))
        {
            errors.Add(FieldError.NotSupported("roleRef.kind", JsonValue.Create(role.Text("kind") ?? ""), kinds));
        }

        if (role.Text("name") is null or "")
        {
            errors.Add(FieldError.Required("roleRef.name"));
        }

        var index = 0;
        foreach (var subject in binding.Maps("subjects"))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"subjects[{index++}]");
            if (subject.Text("name") is null or "")
            {
                errors.Add(FieldError.Required($"{path}.name"));
            }

            var isAccount = subject.Text("kind") == "ServiceAccount";
            if (!isAccount && subject.Text("kind") is not ("User" or "Group"))
            {
                errors.Add(FieldError.NotSupported($"{path}.kind", JsonValue.Create(subject.Text("kind") ?? ""), "ServiceAccount", "User", "Group"));
            }
            else if (isAccount && binding.Text("kind") == "ClusterRoleBinding" && subject.Text("namespace") is null or "")
            {
                errors.Add(FieldError.Required($"{path}.namespace"));
            }
        }
    }

    public static void ValidateBindingUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(old["roleRef"], changed["roleRef"]))
        {
            errors.Add(FieldError.Invalid("roleRef", changed["roleRef"], "cannot change roleRef"));
        }
    }
}
