using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.IntegrationTests.Fixtures;

public enum LayerCompression
{
    None,
    Gzip,
    Zstd,
}

/// <summary>Makes an image of small layers and writes it as an OCI archive.</summary>
public sealed class ImageBuilder
{
    private readonly List<(string Name, byte[] Content)> blobs = [];
    private readonly JsonArray layers = [], diffIds = [];

    /// <summary>The <c>config</c> part of the image's config: <c>Cmd</c>, <c>Env</c>, <c>Entrypoint</c>, <c>User</c> …</summary>
    public JsonObject Config { get; } = [];

    public string Architecture { get; init; } = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    public bool DockerMediaTypes { get; init; }

    /// <summary>Adds a layer of the entries that the action writes.</summary>
    public ImageBuilder Layer(Action<LayerWriter> write, LayerCompression compression = LayerCompression.Gzip)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(new LayerWriter(writer));
        }

        return RawLayer(tar.ToArray(), compression);
    }

    /// <summary>Adds a layer of exactly these bytes, valid tar or not.</summary>
    public ImageBuilder RawLayer(byte[] tar, LayerCompression compression = LayerCompression.Gzip)
    {
        var blob = Compress(tar, compression);
        var suffix = compression switch { LayerCompression.Gzip => "gzip", LayerCompression.Zstd => "zstd", _ => "" };
        var type = DockerMediaTypes
            ? "application/vnd.docker.image.rootfs.diff.tar" + (suffix == "" ? "" : $".{suffix}")
            : "application/vnd.oci.image.layer.v1.tar" + (suffix == "" ? "" : $"+{suffix}");
        layers.Add(Descriptor(type, blob));
        diffIds.Add(Digest(tar));
        return this;
    }

    public ImageBuilder Cmd(params string[] command) => Set("Cmd", command);

    public ImageBuilder Entrypoint(params string[] command) => Set("Entrypoint", command);

    public ImageBuilder Env(params string[] variables) => Set("Env", variables);

    public ImageBuilder User(string user)
    {
        Config["User"] = user;
        return this;
    }

    public ImageBuilder StopSignal(string signal)
    {
        Config["StopSignal"] = signal;
        return this;
    }

    /// <returns>The path again.</returns>
    public async Task<string> WriteOciArchive(string path, string tag = "latest")
    {
        var manifest = Manifest();
        var top = (JsonObject)Descriptor(MediaType("manifest"), manifest);
        top["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = tag };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(top) };
        await using var file = File.Create(path);
        await using var archive = new TarWriter(file);
        foreach (var (name, content) in blobs.DistinctBy(blob => blob.Name))
        {
            await WriteFile(archive, $"blobs/sha256/{name}", content);
        }

        await WriteFile(archive, "index.json", Bytes(index));
        await WriteFile(archive, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray());
        return path;
    }

    /// <summary>The digest of the config, which is the image's id. Layers added later change it.</summary>
    public string Id => Digest(ConfigBlob());

    private byte[] Manifest() => Bytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaType("manifest"),
        ["config"] = Descriptor(MediaType("config"), ConfigBlob()),
        ["layers"] = layers.DeepClone(),
    });

    private byte[] ConfigBlob() => Bytes(new JsonObject
    {
        ["created"] = "2024-01-01T00:00:00Z",
        ["architecture"] = Architecture,
        ["os"] = "linux",
        ["config"] = Config.DeepClone(),
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = diffIds.DeepClone() },
    });

    private string MediaType(string what) => (what, DockerMediaTypes) switch
    {
        ("manifest", true) => "application/vnd.docker.distribution.manifest.v2+json",
        ("manifest", false) => "application/vnd.oci.image.manifest.v1+json",
        (_, true) => "application/vnd.docker.container.image.v1+json",
        _ => "application/vnd.oci.image.config.v1+json",
    };

    private JsonNode Descriptor(string mediaType, byte[] content)
    {
        var digest = Digest(content);
        blobs.Add((digest["sha256:".Length..], content));
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = content.Length };
    }

    private ImageBuilder Set(string key, string[] values)
    {
        Config[key] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        return this;
    }

    private static async Task WriteFile(TarWriter archive, string name, byte[] content) =>
        await archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static byte[] Compress(byte[] tar, LayerCompression compression)
    {
        var blob = new MemoryStream();
        switch (compression)
        {
            case LayerCompression.Gzip:
                using (var gzip = new GZipStream(blob, CompressionLevel.Fastest, leaveOpen: true))
                {
                    gzip.Write(tar);
                }

                break;
            case LayerCompression.Zstd:
                using (var zstd = new ZstdSharp.CompressionStream(blob, leaveOpen: true))
                {
                    zstd.Write(tar);
                }

                break;
            default:
                blob.Write(tar);
                break;
        }

        return blob.ToArray();
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}
