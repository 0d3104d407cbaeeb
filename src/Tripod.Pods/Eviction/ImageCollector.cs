using System.Globalization;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images;

namespace Tripod.Pods.Eviction;

/// <summary>
/// Collects images that nothing uses: the least recently used when their file system fills up, all that are unused when
/// pods would have to be evicted otherwise, and old ones where an age is set. The eviction loop asks it.
/// </summary>
internal sealed class ImageCollector(PodParts parts)
{
    /// <summary>The kubelet's own interval: how often uses are noted and a failed attempt is made again.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private readonly string path = parts.Runtime.Images.Path;
    private readonly ImageTimes times = new(parts.Runtime.Records);
    private DateTimeOffset next, again;

    private EvictionOptions Options => parts.Options.Eviction;

    /// <summary>Costs one statvfs(3) as long as there is room.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        if (parts.Now >= next)
        {
            next = parts.Now + Every;
            Note();
            if (Options.ImageMaximumAge > TimeSpan.Zero)
            {
                await RemoveAsync(time => parts.Now - time.LastUsed > Options.ImageMaximumAge, () => true, cancel).ConfigureAwait(false);
            }
        }

        var room = Room();
        if (room.Bytes == 0 || parts.Now < again || UsedPercent(room) < Options.ImageHighPercent)
        {
            return;
        }

        Note();
        var wanted = (room.Bytes / 100 * (100 - Options.ImageLowPercent)) - room.AvailableBytes;
        var freed = await RemoveAsync(_ => true, () => Room().AvailableBytes < room.AvailableBytes + wanted, cancel).ConfigureAwait(false);
        if (Room().AvailableBytes < room.AvailableBytes + wanted)
        {
            again = parts.Now + Every;
            parts.Events.Warning(NodeEvents.Target(parts.Options.NodeName), "FreeDiskSpaceFailed", string.Create(CultureInfo.InvariantCulture,
                $"Insufficient free disk space on the node's image filesystem ({UsedPercent(room):0.0}% of {room.Bytes / (double)(1 << 30):0.0} GiB used). Failed to free sufficient space by deleting unused images (freed {freed} bytes). Consider resizing the disk or deleting unused files."));
        }
    }

    /// <summary>All that are unused and not new.</summary>
    public Task CollectAllAsync(CancellationToken cancel)
    {
        Note();
        return RemoveAsync(_ => true, () => true, cancel);
    }

    /// <summary>Least recently used first, of those as old as what was seen first. Pure.</summary>
    public static IEnumerable<(string Id, ImageTime Time)> Order(IEnumerable<(string Id, ImageTime Time)> unused, TimeSpan minimumAge, DateTimeOffset now) =>
        unused.Where(image => now - image.Time.FirstSeen >= minimumAge).OrderBy(image => image.Time.LastUsed).ThenBy(image => image.Time.FirstSeen).ThenBy(image => image.Id, StringComparer.Ordinal);

    private async Task<long> RemoveAsync(Func<ImageTime, bool> goes, Func<bool> more, CancellationToken cancel)
    {
        var images = parts.Runtime.Images.List().Where(image => !image.Pinned && !parts.Runtime.Images.IsUsed(image.Id)).ToDictionary(image => image.Id);
        var freed = 0L;
        foreach (var (id, time) in Order(times.Known.Where(image => images.ContainsKey(image.Key)).Select(image => (image.Key, image.Value)), Options.ImageMinimumAge, parts.Now).Where(image => goes(image.Time)).ToList())
        {
            if (!more())
            {
                break;
            }

            if (await parts.Runtime.Images.Collect(id, cancel).ConfigureAwait(false))
            {
                freed += images[id].Size;
                LogMessages.ImageCollected(parts.Log, Name(images[id]), images[id].Size, time.LastUsed);
            }
        }

        return freed;
    }

    private void Note() => times.See(parts.Runtime.Images.List().Select(image => (image.Id, parts.Runtime.Images.IsUsed(image.Id))), parts.Now);

    private FileSystemRoom Room() => FileSystemSize.RoomOf(path);

    private static double UsedPercent(FileSystemRoom room) => 100.0 - (room.AvailableBytes * 100.0 / room.Bytes);

    private static string Name(ImageRecord image) => image.RepoTags.Concat(image.RepoDigests).FirstOrDefault() ?? image.Id;
}
