using k8s.Models;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Capacity;

/// <summary>Whether this machine has the security modules that a pod asks for (AppArmor, SELinux).</summary>
internal static class HostSecurity
{
    public static bool HasSeLinux => File.Exists("/sys/fs/selinux/enforce");

    /// <returns>Reason and message of the refusal; null where nothing is lacking.</returns>
    public static (string Reason, string Message)? Lacks(V1PodSpec pod)
    {
        var containers = pod.Containers.Concat(pod.InitContainers ?? []).ToList();
        var profiles = containers.Select(container => container.SecurityContext?.AppArmorProfile).Append(pod.SecurityContext?.AppArmorProfile)
            .Where(profile => profile is { Type: not "Unconfined" }).ToList();
        if (profiles.Count > 0 && !AppArmor.IsEnabled)
        {
            return ("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host");
        }

        if (profiles.Find(profile => profile!.Type == "Localhost" && !AppArmor.IsLoaded(profile.LocalhostProfile)) is { } missing)
        {
            return ("AppArmor", $"Cannot enforce AppArmor: profile \"{missing.LocalhostProfile}\" is not loaded");
        }

        if (profiles.Exists(profile => profile!.Type == "RuntimeDefault") && !AppArmor.IsLoaded(AppArmor.Default))
        {
            return ("AppArmor", $"Cannot enforce AppArmor: the runtime's profile \"{AppArmor.Default}\" is not loaded: install apparmor on the host, and start the engine anew");
        }

        return !HasSeLinux && containers.Select(container => container.SecurityContext?.SeLinuxOptions).Append(pod.SecurityContext?.SeLinuxOptions).Any(options => options is not null)
            ? ("SELinux", "Cannot apply seLinuxOptions: SELinux is not enabled on the host; take them out of the pod, or run it on a host that has it")
            : null;
    }
}
