using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>One resource as discovery lists it.</summary>
internal sealed record DiscoveredResource(
    string Group, string Version, string Plural, string Singular, string Kind, bool Namespaced,
    IReadOnlyList<string> ShortNames, IReadOnlyList<string> Categories, IReadOnlyList<string> Verbs, IReadOnlyList<Subresource> Subresources)
{
    /// <summary>What is served, what can be asked, and what is only known by name; groups in the order in which clients prefer them.</summary>
    public static IReadOnlyList<DiscoveredResource> All { get; } =
    [
        .. KindRegistry.All.Select(Of),
        .. Http.Reviews.All.Select(review => Review(review.Group, review.Plural, review.Kind, review.Namespaced)),
        Measured("nodes", "NodeMetrics", false),
        Measured("pods", "PodMetrics", true),
        .. UnservedKinds.All.Where(kind => KindRegistry.Find(kind.Group, kind.Version, kind.Plural) is null).Select(Of),
    ];

    private static DiscoveredResource Of(ServedKind kind) => new(
        kind.Group, kind.Version, kind.Plural, kind.Singular, kind.Kind, kind.Namespaced, kind.ShortNames, kind.Categories, Kinds.Verbs.All, kind.Subresources);

    private static DiscoveredResource Of(UnservedKinds.Unserved kind) => new(
        kind.Group, kind.Version, kind.Plural, kind.Kind.ToLowerInvariant(), kind.Kind, kind.Namespaced, kind.ShortNames, [], [], []);

    private static DiscoveredResource Measured(string plural, string kind, bool namespaced) =>
        new(Usage.MetricsApi.Group, Usage.MetricsApi.Version, plural, "", kind, namespaced, [], [], ["get", "list"], []);

    private static DiscoveredResource Review(string group, string plural, string kind, bool namespaced) =>
        new(group, "v1", plural, kind.ToLowerInvariant(), kind, namespaced, [], [], Kinds.Verbs.Create, []);
}
