using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>What the level restricted forbids beyond <see cref="BaselineChecks"/>, in the order in which violations are told. Pure.</summary>
internal static class RestrictedChecks
{
    private static readonly string[] Volumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    public static IEnumerable<Violation?> Of(PodUnderReview pod, SecurityStandard standard)
    {
        // Of Windows' pods nothing is asked that Windows has not.
        var linux = !(pod.IsWindows && standard.IsSince(25));
        var ownUsers = standard.IsSince(35) && pod.HasOwnUsers;
        return
        [
            standard.IsSince(8) && linux ? Escalation(pod) : null,
            standard.IsSince(22) && linux ? KeptCapabilities(pod) : null,
            OtherVolumes(pod),
            ownUsers ? null : NonRoot(pod),
            standard.IsSince(23) && !ownUsers ? Root(pod) : null,
            standard.IsSince(19) && linux ? SeccompProfiles.Required(pod) : null,
        ];
    }

    private static Violation? Escalation(PodUnderReview pod)
    {
        var containers = pod.WhereContext(context => context.Flag("allowPrivilegeEscalation") != false);
        return containers.Count == 0 ? null : new("allowPrivilegeEscalation != false", $"{Wording.Containers(containers)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static Violation? KeptCapabilities(PodUnderReview pod)
    {
        static IEnumerable<string> Added(JsonObject? context) => context.Map("capabilities").Texts("add").Where(name => name != "NET_BIND_SERVICE");
        var keeping = pod.WhereContext(context => !context.Map("capabilities").Texts("drop").Contains("ALL"));
        var adding = pod.WhereContext(context => Added(context).Any());
        List<string> faults = [];
        if (keeping.Count > 0)
        {
            faults.Add($"{Wording.Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        if (adding.Count > 0)
        {
            faults.Add($"{Wording.Containers(adding)} must not include {Wording.Quoted(Wording.Sorted(pod.Containers.SelectMany(container => Added(container.Map("securityContext")))))} in securityContext.capabilities.add");
        }

        return faults.Count == 0 ? null : new("unrestricted capabilities", string.Join("; ", faults));
    }

    private static Violation? OtherVolumes(PodUnderReview pod)
    {
        var bad = pod.Spec.Maps("volumes").Where(volume => !Volumes.Any(kind => volume.Map(kind) is not null)).ToList();
        var kinds = Wording.Sorted(bad.Select(volume => volume.FirstOrDefault(field => field.Value is JsonObject).Key ?? "unknown").Select(kind => kind == "image" ? "unknown" : kind));
        return bad.Count == 0 ? null
            : new("restricted volume types", $"{Wording.Counted(bad.Count, "volume", "volumes")} {Wording.Quoted(bad.Select(volume => volume.Text("name") ?? ""))} {Wording.Counted(bad.Count, "uses", "use")} {Wording.Counted(kinds.Count, "restricted volume type", "restricted volume types")} {Wording.Quoted(kinds)}");
    }

    private static Violation? NonRoot(PodUnderReview pod)
    {
        const string reason = "runAsNonRoot != true";
        if (Wording.Setters(pod.Context.Flag("runAsNonRoot") == false, pod.WhereContext(context => context.Flag("runAsNonRoot") == false)) is { } setters)
        {
            return new(reason, $"{setters} must not set securityContext.runAsNonRoot=false");
        }

        var unset = pod.WhereContext(context => context.Flag("runAsNonRoot") is null);
        return unset.Count > 0 && pod.Context.Flag("runAsNonRoot") != true ? new(reason, $"pod or {Wording.Containers(unset)} must set securityContext.runAsNonRoot=true") : null;
    }

    private static Violation? Root(PodUnderReview pod) =>
        Wording.Setters(pod.Context.Number("runAsUser") == 0, pod.WhereContext(context => context.Number("runAsUser") == 0)) is { } setters
            ? new("runAsUser=0", $"{setters} must not set runAsUser=0")
            : null;
}
