using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>What needs a security module that this machine has not is refused rather than left out.</summary>
internal static class HostModules
{
    private const string LocalPrefix = "localhost/";

    /// <param name="selinux">Null or empty: nothing is asked for.</param>
    /// <param name="apparmor">Of today's clients.</param>
    /// <param name="oldApparmor">Of older ones: <c>localhost/NAME</c>.</param>
    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static void RefuseMissing(SELinuxOption? selinux, SecurityProfile? apparmor, string oldApparmor)
    {
        if (Label(selinux).Length > 0 && !File.Exists("/sys/fs/selinux/enforce"))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "selinux_options: SELinux is not enabled on this machine");
        }

        if (Profile(apparmor, oldApparmor) is not (AppArmor.Usual or AppArmor.Unconfined or AppArmor.RuntimeDefault) && !AppArmor.IsEnabled)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "apparmor: AppArmor is not enabled on this machine");
        }
    }

    /// <summary><c>user:role:type:level</c>; empty for none.</summary>
    public static string Label(SELinuxOption? option) => option is { User.Length: > 0 } or { Role.Length: > 0 } or { Type.Length: > 0 } or { Level.Length: > 0 }
        ? $"{option.User}:{option.Role}:{option.Type}:{option.Level}"
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
}
