using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Storage;

/// <summary>Configs, manifests and layers by digest, byte for byte as they came. What stands here was verified before.</summary>
internal sealed class BlobStore(ImagePaths paths, IEnumerable<string> committed)
{
    /// <summary>Known to be whole: needed by a stored image, or verified by this process. Others in the directory are left from a killed one.</summary>
    private readonly ConcurrentDictionary<string, bool> whole = new(committed.Select(digest => KeyValuePair.Create(digest, true)));

    public string Path(string digest) => paths.Blob(digest);

    public async Task<bool> Has(string digest, CancellationToken cancel)
    {
        if (whole.ContainsKey(digest) && File.Exists(Path(digest)))
        {
            return true;
        }

        if (!File.Exists(Path(digest)))
        {
            return false;
        }

        await using (var file = File.OpenRead(Path(digest)))
        {
            if (Digests.FromHash(await SHA256.HashDataAsync(file, cancel)) == digest)
            {
                whole[digest] = true;
                return true;
            }
        }

        File.Delete(Path(digest));
        return false;
    }

    public byte[] Read(string digest) => File.ReadAllBytes(Path(digest));

    public long Size(string digest) => new FileInfo(Path(digest)).Length;

    /// <returns>The digest of the content.</returns>
    public string Write(ReadOnlySpan<byte> content)
    {
        var digest = Digests.Of(content);
        if (!whole.ContainsKey(digest) || !File.Exists(Path(digest)))
        {
            var work = paths.NewWork();
            File.WriteAllBytes(work, content);
            Take(work, digest);
        }

        return digest;
    }

    /// <summary>Moves a file in whose digest its bringer has verified.</summary>
    public void Take(string file, string digest)
    {
        File.Move(file, Path(digest), overwrite: true);
        whole[digest] = true;
    }

    public void Remove(string digest)
    {
        whole.TryRemove(digest, out _);
        File.Delete(Path(digest));
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(paths.Blobs).Select(path => $"sha256:{System.IO.Path.GetFileName(path)}")];
}
