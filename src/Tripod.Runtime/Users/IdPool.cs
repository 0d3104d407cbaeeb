using System.Globalization;

namespace Tripod.Runtime.Users;

/// <summary>Ids of the host from which pods' user namespaces are made, each a run of <see cref="PerPod"/> (the kubelet's number). Pure.</summary>
public sealed record IdPool
{
    public const uint PerPod = 65536;

    /// <summary>The kubelet's: all that are no host user's, up to the last whole run; -1 is no id, so that the run it would end is left out.</summary>
    public static readonly IdPool Default = new(PerPod, uint.MaxValue - (2 * PerPod) + 1);

    private IdPool(uint first, uint count) => (First, Count) = (first, count);

    public uint First { get; }
    public uint Count { get; }

    /// <summary>Reads <c>FIRST:COUNT</c>, as in subuid(5).</summary>
    /// <returns>Null for what is none: both are multiples of 65536, and the host's own first 65536 are never given away.</returns>
    public static IdPool? Parse(string text) =>
        text.Split(':') is [var first, var count]
        && uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
        && uint.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && start >= PerPod && start % PerPod == 0 && length >= PerPod && length % PerPod == 0 && (ulong)start + length < uint.MaxValue
            ? new(start, length)
            : null;

    /// <summary>The lowest run that nobody has; null where none is left.</summary>
    public UserMappings? Free(IReadOnlyCollection<UserMappings> taken)
    {
        for (var first = (ulong)First; first < (ulong)First + Count; first += PerPod)
        {
            if (!taken.Any(mappings => UserMappings.Overlap(mappings.Uids, (uint)first, PerPod) || UserMappings.Overlap(mappings.Gids, (uint)first, PerPod)))
            {
                return UserMappings.From((uint)first, PerPod);
            }
        }

        return null;
    }
}
