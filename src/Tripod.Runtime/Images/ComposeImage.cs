using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.Runtime.Images.Layers;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>Makes an image of one layer, alone or on top of another image (<c>docker import</c>, <c>docker commit</c>).</summary>
internal sealed class ComposeImage(ImageStorage storage, TimeProvider clock)
{
    /// <param name="layer">A tar, plain or compressed; read to its end.</param>
    /// <param name="baseId">Null: there is nothing below.</param>
    /// <param name="configure">Changes the image's whole configuration, which is the base's, or an empty one.</param>
    /// <param name="comment">Stands in the history.</param>
    /// <param name="author">Stands in the configuration.</param>
    /// <param name="name">Null: it has none.</param>
    /// <param name="cancel">Ends it before the image is known.</param>
    public async Task<StoredImage> Run(Stream layer, string? baseId, Action<JsonObject> configure, string comment, string author, ImageReference? name, CancellationToken cancel)
    {
        var below = baseId is null ? null : storage.Index.Current.Find(baseId) ?? throw ImageProblems.NotFound(baseId);
        var work = storage.Paths.NewWork();
        try
        {
            var diffId = await Spool(layer, work, cancel);
            var size = new FileInfo(work).Length;
            var chainId = below is null ? diffId : Digests.Of(Encoding.ASCII.GetBytes($"{below.Layers[^1].ChainId} {diffId}"));
            var config = Encoding.UTF8.GetBytes(Config(below, diffId, configure, comment, author).ToJsonString());
            var id = Digests.Of(config);
            var descriptors = (below?.Layers ?? []).Select(known => new Descriptor(known.MediaType, known.BlobDigest, known.BlobSize)).Append(new(MediaTypes.OciLayer, diffId, size));
            var manifest = ImageDocuments.Manifest(new(MediaTypes.OciConfig, id, config.Length), descriptors);
            using var lease = storage.Leases.Hold([id, diffId, chainId, Digests.Of(manifest), .. below?.Blobs() ?? [], .. (below?.Layers ?? []).Select(known => known.ChainId)]);
            storage.Blobs.Take(work, diffId);
            storage.Blobs.Write(config);
            storage.Blobs.Write(manifest);
            var unpacked = storage.Layers.Find(chainId)
                ?? await storage.Layers.UnpackInTurn(new(chainId, diffId, diffId, MediaTypes.OciLayer, size, 0, 0), storage.Blobs.Path(diffId), cancel);
            var parsed = ConfigDocument.Parse(config);
            var stored = new StoredImage
            {
                Id = id,
                ManifestDigest = Digests.Of(manifest),
                Layers = [.. below?.Layers ?? [], unpacked],
                Created = parsed.Created,
                Architecture = parsed.Architecture,
                Config = parsed.Config,
            };
            await Task.Run(() => storage.Commit(stored, name is null ? [] : [name.Canonical]), CancellationToken.None);
            return stored;
        }
        finally
        {
            File.Delete(work);
        }
    }

    private static async Task<string> Spool(Stream layer, string work, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(work);
        await using var plain = await Task.Run(() => Compression.Open(layer), cancel);
        var buffer = new byte[1 << 17];
        int count;
        while ((count = await plain.ReadAsync(buffer, cancel)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            await file.WriteAsync(buffer.AsMemory(0, count), cancel);
        }

        return Digests.FromHash(hash.GetHashAndReset());
    }

    private JsonObject Config(StoredImage? below, string diffId, Action<JsonObject> configure, string comment, string author)
    {
        var now = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", System.Globalization.CultureInfo.InvariantCulture);
        var config = below is null ? [] : JsonNode.Parse(storage.Blobs.Read(below.Id))!.AsObject();
        config["created"] = now;
        config["architecture"] ??= Platform.Current.Architecture;
        config["os"] ??= Platform.Current.Os;
        config["config"] ??= new JsonObject();
        if (author.Length > 0)
        {
            config["author"] = author;
        }

        var rootfs = config["rootfs"] as JsonObject ?? new() { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        config["rootfs"] = rootfs.Parent is null ? rootfs : rootfs.DeepClone();
        config["rootfs"]!["diff_ids"]!.AsArray().Add((JsonNode)diffId);
        var history = config["history"] as JsonArray ?? [];
        config["history"] = history.Parent is null ? history : history.DeepClone();
        config["history"]!.AsArray().Add((JsonNode)new JsonObject { ["created"] = now, ["comment"] = comment, ["author"] = author });
        configure(config);
        return config;
    }
}
