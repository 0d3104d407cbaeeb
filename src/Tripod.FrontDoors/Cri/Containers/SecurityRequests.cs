using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using ProfileType = Tripod.FrontDoors.Cri.Protocol.SecurityProfile.Types.ProfileType;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>A LinuxContainerSecurityContext as the runtime's. Pure.</summary>
internal static class SecurityRequests
{
    private const string LocalPrefix = "localhost/";

    /// <exception cref="RuntimeException">InvalidArgument: what cannot be, or what this machine has not.</exception>
    public static LinuxSecurity Of(LinuxContainerSecurityContext asked)
    {
        if (asked.RunAsGroup is not null && asked.RunAsUser is null && asked.RunAsUsername.Length == 0)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "run_as_group needs run_as_user or run_as_username beside it");
        }

        if (asked.RunAsUser is not null && asked.RunAsUsername.Length > 0)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "run_as_user and run_as_username: only one of them can be given");
        }

#pragma warning disable CS0612 // What older clients say is still heard.
        var (oldApparmor, oldSeccomp) = (asked.ApparmorProfile, asked.SeccompProfilePath);
#pragma warning restore CS0612
        HostModules.RefuseMissing(asked.Privileged ? null : asked.Apparmor, asked.Privileged ? "" : oldApparmor);
        return new()
        {
            Privileged = asked.Privileged,
            AddCapabilities = [.. asked.Capabilities?.AddCapabilities ?? []],
            DropCapabilities = [.. asked.Capabilities?.DropCapabilities ?? []],
            AmbientCapabilities = [.. asked.Capabilities?.AddAmbientCapabilities ?? []],
            RunAsUser = asked.RunAsUser?.Value,
            RunAsGroup = asked.RunAsGroup?.Value,
            RunAsUsername = asked.RunAsUsername,
            SupplementalGroups = [.. asked.SupplementalGroups],
            StrictSupplementalGroups = asked.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict,
            ReadOnlyRootfs = asked.ReadonlyRootfs,
            NoNewPrivileges = asked.NoNewPrivs,
            Seccomp = Seccomp(asked.Seccomp, oldSeccomp),
            AppArmor = asked.Privileged ? AppArmor.Unconfined : HostModules.Profile(asked.Apparmor, oldApparmor),
            SeLinuxLabel = HostModules.Label(asked.SelinuxOptions),
            MaskedPaths = [.. asked.MaskedPaths],
            ReadonlyPaths = [.. asked.ReadonlyPaths],
        };
    }

    /// <summary>What is not asked for is not confined: the kubelet says what it wants.</summary>
    private static string Seccomp(SecurityProfile? profile, string old) => (profile?.ProfileType, old) switch
    {
        (ProfileType.RuntimeDefault, _) => "RuntimeDefault",
        (ProfileType.Localhost, _) => profile!.LocalhostRef.StartsWith(LocalPrefix, StringComparison.Ordinal) ? profile.LocalhostRef[LocalPrefix.Length..] : profile.LocalhostRef,
        (ProfileType.Unconfined, _) => "Unconfined",
        (_, "runtime/default" or "docker/default") => "RuntimeDefault",
        (_, { Length: > 0 }) when old.StartsWith(LocalPrefix, StringComparison.Ordinal) => old[LocalPrefix.Length..],
        _ => "Unconfined",
    };
}
