using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>
/// What needs a security module that this machine has not. A profile of AppArmor's is refused rather than left out. A label of
/// SELinux's is left out: pods carry one for whatever machine they come to, and kubelets count on that.
/// </summary>
internal static class HostModules
{
    private const string LocalPrefix = "localhost/";

    // What a container has that names a part of a label alone.
    private const string User = "system_u", Role = "system_r", Type = "container_t", Level = "s0";

    /// <param name="apparmor">Of today's clients.</param>
    /// <param name="oldApparmor">Of older ones: <c>localhost/NAME</c>.</param>
    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static void RefuseMissing(SecurityProfile? apparmor, string oldApparmor)
    {
        if (Profile(apparmor, oldApparmor) is not (AppArmor.Usual or AppArmor.Unconfined or AppArmor.RuntimeDefault) && !AppArmor.IsEnabled)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "apparmor: AppArmor is not enabled on this machine");
        }
    }

    /// <summary><c>user:role:type:level</c>; empty for none, and where SELinux is not enabled.</summary>
    public static string Label(SELinuxOption? option) => File.Exists("/sys/fs/selinux/enforce") ? Written(option) : "";

    /// <summary>As <see cref="Label"/> on a machine with SELinux. Pure.</summary>
    internal static string Written(SELinuxOption? option) => option is { User.Length: > 0 } or { Role.Length: > 0 } or { Type.Length: > 0 } or { Level.Length: > 0 }
        ? $"{Or(option.User, User)}:{Or(option.Role, Role)}:{Or(option.Type, Type)}:{Or(option.Level, Level)}"
        : "";

    /// <summary>A profile of the host's by name, or what the runtime makes of the request.</summary>
    public static string Profile(SecurityProfile? apparmor, string old) => (apparmor?.ProfileType, old) switch
    {
        (SecurityProfile.Types.ProfileType.Localhost, _) => Named(apparmor!.LocalhostRef),
        (SecurityProfile.Types.ProfileType.Unconfined, _) or (null, "unconfined") => AppArmor.Unconfined,
        (SecurityProfile.Types.ProfileType.RuntimeDefault, _) or (null, "runtime/default") => AppArmor.RuntimeDefault,
        (null, { Length: > 0 }) => Named(old),
        _ => AppArmor.Usual,
    };

    private static string Named(string reference) => reference.StartsWith(LocalPrefix, StringComparison.Ordinal) ? reference[LocalPrefix.Length..] : reference;

    private static string Or(string part, string otherwise) => part.Length > 0 ? part : otherwise;
}
