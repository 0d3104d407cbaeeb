using Tripod.Linux.Processes;
using Tripod.Runtime.Oci;

namespace Tripod.Runtime.Users;

/// <summary>A run of ids of a user namespace (CRI v1 IDMapping): <paramref name="Length"/> of them, from <paramref name="ContainerId"/> inside and from <paramref name="HostId"/> on the host.</summary>
public sealed record IdMapping(uint ContainerId, uint HostId, uint Length);

/// <summary>Which of the host's ids a sandbox's user namespace has. Pure.</summary>
public sealed record UserMappings(IReadOnlyList<IdMapping> Uids, IReadOnlyList<IdMapping> Gids)
{
    /// <summary>The same run for users and groups, from 0 on inside.</summary>
    public static UserMappings From(uint hostId, uint length) => new([new(0, hostId, length)], [new(0, hostId, length)]);

    /// <summary>The host's ids of the one who is root inside.</summary>
    public (uint Uid, uint Gid) Root => (HostUid(0) ?? uint.MaxValue, HostGid(0) ?? uint.MaxValue);

    /// <summary>Null for an id that the namespace has not.</summary>
    public uint? HostUid(uint uid) => HostId(Uids, uid);

    public uint? HostGid(uint gid) => HostId(Gids, gid);

    public bool IsSameAs(UserMappings? other) => other is not null && Uids.SequenceEqual(other.Uids) && Gids.SequenceEqual(other.Gids);

    /// <exception cref="RuntimeException">One of the process's ids is not in the namespace.</exception>
    internal void Require(ProcessUser user)
    {
        if (HostUid(user.Uid) is null)
        {
            throw Outside("user", user.Uid, Uids);
        }

        foreach (var group in user.Groups.Append(user.Gid).Where(group => HostGid(group) is null))
        {
            throw Outside("group", group, Gids);
        }
    }

    private static RuntimeException Outside(string kind, uint id, IReadOnlyList<IdMapping> runs) => new(
        RuntimeErrorKind.InvalidArgument,
        $"{kind} {id} is outside of the pod's user namespace, which has {string.Join(" and ", runs.Select(run => $"{run.ContainerId} to {run.ContainerId + run.Length - 1}"))}: run as another, or with hostUsers: true",
        "CreateContainerError");

    /// <summary>Whether an id of the host's is in both.</summary>
    public static bool Overlap(IReadOnlyList<IdMapping> some, uint first, uint length) =>
        some.Any(run => run.HostId < (ulong)first + length && first < (ulong)run.HostId + run.Length);

    internal static IReadOnlyList<IdRange> Ranges(IReadOnlyList<IdMapping> runs) => [.. runs.Select(run => new IdRange(run.ContainerId, run.HostId, run.Length))];

    private static uint? HostId(IReadOnlyList<IdMapping> runs, uint id) =>
        runs.FirstOrDefault(run => id >= run.ContainerId && id - run.ContainerId < run.Length) is { } found ? found.HostId + (id - found.ContainerId) : null;
}
