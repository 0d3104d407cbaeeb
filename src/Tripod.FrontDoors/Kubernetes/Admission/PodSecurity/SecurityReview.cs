using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>Holds pods against the Pod Security Standards. Pure; called by <see cref="SecurityAdmission"/>.</summary>
internal static class SecurityReview
{
    private const string SeccompAnnotation = "seccomp.security.alpha.kubernetes.io/pod";

    /// <summary>What a pod does that the standard forbids.</summary>
    public static IReadOnlyList<Violation> Violations(JsonObject pod, SecurityStandard standard)
    {
        if (standard.Level == SecurityLevel.Privileged)
        {
            return [];
        }

        var reviewed = new PodUnderReview(pod);
        var restricted = standard.Level == SecurityLevel.Restricted;
        return [.. BaselineChecks.Of(reviewed, standard, alone: !restricted).Concat(restricted ? RestrictedChecks.Of(reviewed, standard) : []).OfType<Violation>()];
    }

    /// <summary>Whether an update changes what the standards look at: of what may be changed at all, images and added containers.</summary>
    public static bool IsSignificant(JsonObject old, JsonObject changed)
    {
        static string? Seccomp(JsonObject pod) => pod.Map("metadata").Map("annotations").Text(SeccompAnnotation);
        return Seccomp(old) != Seccomp(changed)
            || ((string[])["initContainers", "containers", "ephemeralContainers"]).Any(list => !Images(old, list).SequenceEqual(Images(changed, list)));
    }

    /// <summary>The warnings of a namespace whose pods do what is forbidden from now on: alike ones are told once.</summary>
    public static IEnumerable<string> Existing(string space, SecurityStandard enforced, IEnumerable<JsonObject> pods)
    {
        var found = pods
            .Select(pod => (Name: pod.Map("metadata").Text("name") ?? "", Why: Violation.Reasons(Violations(pod, enforced))))
            .Where(pod => pod.Why.Length > 0)
            .GroupBy(pod => pod.Why, StringComparer.Ordinal)
            .Select(alike => $"{alike.Select(pod => pod.Name).Min(StringComparer.Ordinal)}{Others(alike.Count() - 1)}: {alike.Key}")
            .Order(StringComparer.Ordinal).ToList();
        return found.Count == 0 ? [] : [$"existing pods in namespace \"{space}\" violate the new PodSecurity enforce level \"{enforced}\"", .. found];
    }

    private static string Others(int count) => count switch
    {
        0 => "",
        1 => " (and 1 other pod)",
        _ => string.Create(CultureInfo.InvariantCulture, $" (and {count} other pods)"),
    };

    private static IEnumerable<(string?, string?)> Images(JsonObject pod, string list) => pod.Map("spec").Maps(list).Select(container => (container.Text("name"), container.Text("image")));
}
