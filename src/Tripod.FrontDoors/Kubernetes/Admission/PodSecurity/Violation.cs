namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>One thing that a standard forbids, in Kubernetes' words.</summary>
internal sealed record Violation(string Reason, string Detail)
{
    /// <summary>All of them with what is to be done about each.</summary>
    public static string Details(IEnumerable<Violation> violations) => string.Join(", ", violations.Select(violation => violation.Detail.Length > 0 ? $"{violation.Reason} ({violation.Detail})" : violation.Reason));

    public static string Reasons(IEnumerable<Violation> violations) => string.Join(", ", violations.Select(violation => violation.Reason));
}

/// <summary>Counting and quoting in sentences.</summary>
internal static class Wording
{
    public static string Quoted(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"\"{word}\""));

    /// <summary>Each once, in the order of their bytes.</summary>
    public static IReadOnlyList<string> Sorted(IEnumerable<string> words) => [.. words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public static string Counted(int count, string one, string more) => count == 1 ? one : more;

    public static string Containers(IReadOnlyCollection<string> names) => $"{Counted(names.Count, "container", "containers")} {Quoted(names)}";

    /// <summary>Who set it: the pod, some of its containers, or both; null where nobody did.</summary>
    public static string? Setters(bool pod, IReadOnlyCollection<string> containers) => (pod, containers.Count > 0) switch
    {
        (true, true) => $"pod and {Containers(containers)}",
        (true, false) => "pod",
        (false, true) => Containers(containers),
        _ => null,
    };
}
