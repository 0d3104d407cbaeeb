using k8s.Models;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's security context over its pod's, as CRI wants it.</summary>
internal static class Security
{
    public static LinuxSecurity Of(V1PodSpec pod, V1Container container)
    {
        var own = container.SecurityContext;
        var shared = pod.SecurityContext;
        return new()
        {
            Privileged = own?.Privileged ?? false,
            AddCapabilities = [.. own?.Capabilities?.Add ?? []],
            DropCapabilities = [.. own?.Capabilities?.Drop ?? []],
            RunAsUser = own?.RunAsUser ?? shared?.RunAsUser,
            RunAsGroup = own?.RunAsGroup ?? shared?.RunAsGroup,
            SupplementalGroups = [.. shared?.SupplementalGroups?.Select(group => group ?? 0) ?? [], .. shared?.FsGroup is { } fsGroup ? [fsGroup] : Array.Empty<long>()],
            StrictSupplementalGroups = shared?.SupplementalGroupsPolicy == "Strict",
            ReadOnlyRootfs = own?.ReadOnlyRootFilesystem ?? false,
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false,
            Seccomp = Profile(own?.SeccompProfile ?? shared?.SeccompProfile),
            MaskedPaths = own?.ProcMount == "Unmasked" ? [] : null,
            ReadonlyPaths = own?.ProcMount == "Unmasked" ? [] : null,
        };
    }

    private static string Profile(V1SeccompProfile? profile) => profile?.Type switch
    {
        "Unconfined" => "Unconfined",
        "Localhost" => $"/var/lib/kubelet/seccomp/{profile.LocalhostProfile}",
        _ => "RuntimeDefault",
    };
}
