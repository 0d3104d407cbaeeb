using k8s.Models;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's security context over its pod's, as CRI wants it.</summary>
internal static class Security
{
    /// <param name="root">The engine's; seccomp profiles of type Localhost stand in its folder <c>seccomp</c>.</param>
    public static LinuxSecurity Of(V1PodSpec pod, V1Container container, string root)
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
            Seccomp = Seccomp(own?.SeccompProfile ?? shared?.SeccompProfile, root),
            AppArmor = Confinement(own?.AppArmorProfile ?? shared?.AppArmorProfile, own?.Privileged == true),
            SeLinuxLabel = SeLinux(shared?.SeLinuxOptions, own?.SeLinuxOptions),
            MaskedPaths = own?.ProcMount == "Unmasked" ? [] : null,
            ReadonlyPaths = own?.ProcMount == "Unmasked" ? [] : null,
        };
    }

    private static string Seccomp(V1SeccompProfile? profile, string root) => profile?.Type switch
    {
        "Unconfined" => "Unconfined",
        "Localhost" => Path.Combine(root, "seccomp", profile.LocalhostProfile),
        _ => "RuntimeDefault",
    };

    /// <summary>A host that has not what the pod asks for has refused it already.</summary>
    private static string Confinement(V1AppArmorProfile? profile, bool privileged) => profile?.Type switch
    {
        _ when privileged => AppArmor.Unconfined,
        "Localhost" => profile.LocalhostProfile,
        "RuntimeDefault" => AppArmor.RuntimeDefault,
        "Unconfined" => AppArmor.Unconfined,
        _ => AppArmor.Usual,
    };

    /// <summary>Each part by itself: the container's, else the pod's.</summary>
    private static string SeLinux(V1SELinuxOptions? shared, V1SELinuxOptions? own)
    {
        if (shared is null && own is null)
        {
            return "";
        }

        return string.Join(':', own?.User ?? shared?.User ?? "system_u", own?.Role ?? shared?.Role ?? "system_r", own?.Type ?? shared?.Type ?? "container_t", own?.Level ?? shared?.Level ?? "s0");
    }
}
