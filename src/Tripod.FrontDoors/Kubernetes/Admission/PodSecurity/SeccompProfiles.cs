using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>The seccomp profiles that the levels baseline and restricted let pass. Pure.</summary>
internal static class SeccompProfiles
{
    /// <summary>What is set to something forbidden.</summary>
    public static Violation? Explicit(PodUnderReview pod)
    {
        var values = Wording.Sorted(pod.Containers.Select(container => container.Map("securityContext")).Append(pod.Context).Where(IsBad).Select(context => context.Map("seccompProfile").Text("type") ?? ""));
        return Wording.Setters(IsBad(pod.Context), pod.WhereContext(IsBad)) is { } setters
            ? new("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Wording.Quoted(values)}")
            : null;
    }

    /// <summary>What is forbidden, and what is not set.</summary>
    public static Violation? Required(PodUnderReview pod)
    {
        if (Explicit(pod) is { } set)
        {
            return set;
        }

        var unset = pod.WhereContext(context => context.Map("seccompProfile") is null);
        return unset.Count > 0 && pod.Context.Map("seccompProfile") is null
            ? new("seccompProfile", $"pod or {Wording.Containers(unset)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
            : null;
    }

    private static bool IsBad(JsonObject? context) => context.Map("seccompProfile") is { } profile && profile.Text("type") is not ("RuntimeDefault" or "Localhost");
}
