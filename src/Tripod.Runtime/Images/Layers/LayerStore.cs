using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images.Layers;

/// <summary>
/// Unpacked layers by chain id, shared between images. Handed verified blobs by pull and load, hands them on to
/// <see cref="LayerUnpacker"/>; a directory gets its place only when it is complete.
/// </summary>
internal sealed class LayerStore(ImagePaths paths, IEnumerable<StoredLayer> committed)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, StoredLayer> present = committed.DistinctBy(layer => layer.ChainId).ToDictionary(layer => layer.ChainId);

    /// <summary>Unpacking is bound by the processor; more at once would only make each slower.</summary>
    private static readonly SemaphoreSlim Processors = new(Math.Max(2, Environment.ProcessorCount));

    public StoredLayer? Find(string chainId)
    {
        lock (gate)
        {
            return present.GetValueOrDefault(chainId);
        }
    }

    /// <inheritdoc cref="Unpack(StoredLayer,string,CancellationToken)"/>
    public async Task<StoredLayer> UnpackInTurn(StoredLayer layer, string blob, CancellationToken cancel)
    {
        await Processors.WaitAsync(cancel);
        try
        {
            return await Task.Run(() => Unpack(layer, blob, cancel), cancel);
        }
        finally
        {
            Processors.Release();
        }
    }

    /// <param name="layer">What is known; the usage is filled in.</param>
    /// <exception cref="InvalidDataException">The blob is no valid layer, or not the one that the image's config names.</exception>
    public StoredLayer Unpack(StoredLayer layer, string blob, CancellationToken cancel)
    {
        var work = paths.NewWork();
        try
        {
            var usage = UnpackAside(layer, blob, work, cancel);
            var done = layer with { Bytes = usage.Bytes, Inodes = usage.Inodes };
            Place(work, done);
            return done;
        }
        finally
        {
            if (Directory.Exists(work))
            {
                TreeRemoval.Remove(work);
            }
        }
    }

    /// <summary>Takes layers that nothing needs from their places, at once; <see cref="Delete"/> does what takes longer.</summary>
    /// <returns>The chain ids, and where the layers went.</returns>
    public IReadOnlyList<(string ChainId, string Work)> TakeAllBut(IReadOnlySet<string> needed)
    {
        var taken = new List<(string, string)>();
        lock (gate)
        {
            foreach (var chainId in present.Keys.Where(chainId => !needed.Contains(chainId)).ToList())
            {
                var work = paths.NewWork();
                present.Remove(chainId);
                Directory.Move(paths.Layer(chainId), work);
                taken.Add((chainId, work));
            }
        }

        return taken;
    }

    public static void Delete(IEnumerable<(string ChainId, string Work)> taken)
    {
        foreach (var (_, work) in taken)
        {
            TreeRemoval.Remove(work);
        }
    }

    public IReadOnlyList<StoredLayer> Present()
    {
        lock (gate)
        {
            return [.. present.Values];
        }
    }

    /// <summary>Brings everything unpacked so far onto the disk itself, so that a record may speak of it.</summary>
    public void Flush()
    {
        using var directory = DirectoryHandle.Open(paths.Layers);
        directory.FlushFileSystem();
    }

    /// <summary>Into a directory of its own, which is made; without giving it its place.</summary>
    /// <exception cref="InvalidDataException">The blob is no valid layer, or not the one that the image's config names.</exception>
    public static LayerUsage UnpackAside(StoredLayer layer, string blob, string work, CancellationToken cancel)
    {
        Directory.CreateDirectory(work);
        File.SetUnixFileMode(work, (UnixFileMode)0x1ED); // 0755 unless the layer says otherwise
        using var tar = new HashingStream(Compression.Open(new FileStream(blob, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16)));
        using var buffered = new BufferedStream(tar, 1 << 16);
        var usage = LayerUnpacker.Unpack(buffered, work, LayerLimits.For(work), cancel);
        var diffId = tar.Finish(cancel);
        return diffId == layer.DiffId ? usage : throw new InvalidDataException($"the layer's content is {diffId}, not {layer.DiffId} as the image's config says");
    }

    private void Place(string work, StoredLayer layer)
    {
        lock (gate)
        {
            if (present.ContainsKey(layer.ChainId))
            {
                return;
            }

            var place = paths.Layer(layer.ChainId);
            if (Directory.Exists(place))
            {
                TreeRemoval.Remove(place);
            }

            Directory.Move(work, place);
            present.Add(layer.ChainId, layer);
        }
    }
}
