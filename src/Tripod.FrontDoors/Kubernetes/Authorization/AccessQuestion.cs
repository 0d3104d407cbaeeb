using Tripod.FrontDoors.Kubernetes.Authentication;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>May this user do that? About a resource where <see cref="Path"/> is null, else about a path that is none.</summary>
internal sealed record AccessQuestion(UserIdentity User, string Verb)
{
    /// <summary>Empty for the core group.</summary>
    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Empty: the cluster, or all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty: the collection.</summary>
    public string Name { get; init; } = "";

    /// <summary>For example <c>/metrics</c>.</summary>
    public string? Path { get; init; }

    /// <summary>As rules name it: <c>pods/log</c>.</summary>
    public string Part => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
