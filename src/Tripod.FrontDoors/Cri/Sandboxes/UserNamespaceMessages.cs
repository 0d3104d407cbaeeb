using Google.Protobuf.Collections;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Users;
using IdMapping = Tripod.Runtime.Users.IdMapping;

namespace Tripod.FrontDoors.Cri.Sandboxes;

/// <summary>UserNamespace and IDMapping messages as the runtime's, and back. Pure.</summary>
internal static class UserNamespaceMessages
{
    /// <summary>A sandbox's own; null: the node's.</summary>
    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static UserMappings? Of(NamespaceOption namespaces)
    {
        switch (namespaces.UsernsOptions)
        {
            case null:
                return null;
            case { Mode: NamespaceMode.Node } node:
                return node.Uids.Count + node.Gids.Count == 0 ? null : throw Invalid("userns_options: mode NODE has no mappings");
            case { Mode: not NamespaceMode.Pod } other:
                throw Invalid($"userns_options: a user namespace is the POD's or the NODE's, and not {other.Mode.ToString().ToUpperInvariant()}");
            case var own:
                RefuseHostNamespaces(namespaces);
                return new([Mapping(own.Uids, "uids")], [Mapping(own.Gids, "gids")]);
        }
    }

    /// <summary>A container's, which is its sandbox's or is not named.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: it is another.</exception>
    public static void RequireSame(NamespaceOption? asked, UserMappings? sandbox)
    {
        if (asked?.UsernsOptions is not { } options)
        {
            return;
        }

        if (options.Mode == NamespaceMode.Node ? sandbox is not null : sandbox?.IsSameAs(Of(new NamespaceOption { UsernsOptions = options })) != true)
        {
            throw Invalid("userns_options: a container's user namespace is its sandbox's, with the same mappings");
        }
    }

    /// <summary>Whether a mount is to be id-mapped.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: to other ids than the sandbox has.</exception>
    public static bool IsMapped(Mount mount, UserMappings? sandbox)
    {
        if (mount.UidMappings.Count + mount.GidMappings.Count == 0)
        {
            return false;
        }

        return new UserMappings([.. mount.UidMappings.Select(Mapping)], [.. mount.GidMappings.Select(Mapping)]).IsSameAs(sandbox)
            ? true
            : throw Invalid($"mounts: {mount.ContainerPath}: uidMappings and gidMappings are the sandbox's own, or none");
    }

    public static UserNamespace Shown(UserMappings? users) => users is null
        ? new() { Mode = NamespaceMode.Node }
        : new() { Mode = NamespaceMode.Pod, Uids = { Messages(users.Uids) }, Gids = { Messages(users.Gids) } };

    public static IEnumerable<IDMapping> Messages(IReadOnlyList<IdMapping> runs) => runs.Select(run => new IDMapping { ContainerId = run.ContainerId, HostId = run.HostId, Length = run.Length });

    /// <summary>One run for each: what the kubelet asks for, and what other runtimes do.</summary>
    private static IdMapping Mapping(RepeatedField<IDMapping> runs, string name) => runs is not [var only] ? throw Invalid($"userns_options: {name}: one mapping is wanted, and {runs.Count} are given")
        : only.ContainerId != 0 ? throw Invalid($"userns_options: {name}: the mapping begins at {only.ContainerId}, and root (0) must be mapped")
        : only.Length == 0 || (ulong)only.HostId + only.Length > uint.MaxValue ? throw Invalid($"userns_options: {name}: host ids from {only.HostId}, {only.Length} of them, are no range of ids")
        : only.HostId == 0 ? throw Invalid($"userns_options: {name}: host id 0 is the host's root; ask for mode NODE to run with the host's users")
        : Mapping(only);

    private static IdMapping Mapping(IDMapping run) => new(run.ContainerId, run.HostId, run.Length);

    private static void RefuseHostNamespaces(NamespaceOption namespaces)
    {
        if (namespaces.Network == NamespaceMode.Node || namespaces.Ipc == NamespaceMode.Node || namespaces.Pid == NamespaceMode.Node)
        {
            throw Invalid("userns_options: a sandbox with a user namespace of its own shares neither network, IPC nor PID namespace with the NODE");
        }
    }

    private static RuntimeException Invalid(string message) => new(RuntimeErrorKind.InvalidArgument, message);
}
