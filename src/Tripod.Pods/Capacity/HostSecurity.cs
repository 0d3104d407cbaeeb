using k8s.Models;

namespace Tripod.Pods.Capacity;

/// <summary>Whether this machine has the security modules that a pod asks for (AppArmor, SELinux).</summary>
internal static class HostSecurity
{
    private const string AppArmorSwitch = "/sys/module/apparmor/parameters/enabled", AppArmorProfiles = "/sys/kernel/security/apparmor/profiles";

    public static bool HasAppArmor => File.Exists(AppArmorSwitch) && File.ReadAllText(AppArmorSwitch).StartsWith('Y');

    public static bool HasSeLinux => File.Exists("/sys/fs/selinux/enforce");

    /// <summary>The profiles that are loaded.</summary>
    public static IEnumerable<string> Profiles() => File.Exists(AppArmorProfiles) ? File.ReadLines(AppArmorProfiles).Select(line => line.Split(" (")[0]) : [];

    /// <returns>Reason and message of the refusal; null where nothing is lacking.</returns>
    public static (string Reason, string Message)? Lacks(V1PodSpec pod)
    {
        var containers = pod.Containers.Concat(pod.InitContainers ?? []).ToList();
        var profiles = containers.Select(container => container.SecurityContext?.AppArmorProfile).Append(pod.SecurityContext?.AppArmorProfile)
            .Where(profile => profile is { Type: not "Unconfined" }).ToList();
        if (profiles.Count > 0 && !HasAppArmor)
        {
            return ("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host");
        }

        if (profiles.Find(profile => profile!.Type == "Localhost" && !Profiles().Contains(profile.LocalhostProfile)) is { } missing)
        {
            return ("AppArmor", $"Cannot enforce AppArmor: profile \"{missing.LocalhostProfile}\" is not loaded");
        }

        return !HasSeLinux && containers.Select(container => container.SecurityContext?.SeLinuxOptions).Append(pod.SecurityContext?.SeLinuxOptions).Any(options => options is not null)
            ? ("SELinux", "Cannot apply seLinuxOptions: SELinux is not enabled on the host; take them out of the pod, or run it on a host that has it")
            : null;
    }
}
