using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Authentication;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>A binding as it is asked: whom it lets do what a role says. Made once for each revision of the stored binding.</summary>
/// <param name="RoleKind"><c>Role</c> or <c>ClusterRole</c>.</param>
/// <param name="RoleName">The role's name.</param>
/// <param name="Subjects">Kind, namespace and name of each.</param>
internal sealed record Grant(string RoleKind, string RoleName, IReadOnlyList<(string Kind, string Namespace, string Name)> Subjects)
{
    public static Grant Parse(ReadOnlyMemory<byte> document)
    {
        using var binding = JsonDocument.Parse(document);
        var root = binding.RootElement;
        return new(root.Text("roleRef", "kind"), root.Text("roleRef", "name"),
            [.. root.Items("subjects").Select(subject => (subject.Text("kind"), subject.Text("namespace"), subject.Text("name")))]);
    }

    public bool Concerns(UserIdentity user) => Subjects.Any(subject => subject.Kind switch
    {
        "User" => subject.Name == user.Name,
        "Group" => user.Groups.Contains(subject.Name, StringComparer.Ordinal),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.Namespace}:{subject.Name}",
        _ => false,
    });
}
