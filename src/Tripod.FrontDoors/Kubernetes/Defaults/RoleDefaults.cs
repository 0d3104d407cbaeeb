using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>The group that a binding's role and subjects are of, and the namespace of its service accounts.</summary>
internal static class RoleDefaults
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void ApplyToBinding(JsonObject binding)
    {
        binding.Map("roleRef")?.Default("apiGroup", Group);
        foreach (var subject in binding.Maps("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group")
            {
                subject.Default("apiGroup", Group);
            }
            else if (subject.Text("kind") == "ServiceAccount" && binding.Map("metadata").Text("namespace") is { Length: > 0 } space)
            {
                subject.Default("namespace", space);
            }
        }
    }
}
