using System.IO.Pipelines;
using System.Security.Cryptography;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images.Layers;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;
using Tripod.Runtime.Images.Tar;

namespace Tripod.Runtime.Images.Archives;

/// <summary>A file of an archive, laid down where it can be moved into the blob store.</summary>
internal sealed record SpooledFile(string Path, string Digest, long Size);

/// <summary>An archive's files on disk, with their digests. Their names stay in memory: nothing in an archive names a path here.</summary>
internal sealed class ArchiveSpool : IDisposable
{
    private const int MostFiles = 100_000, MostLinks = 16;

    private readonly string directory;
    private readonly Dictionary<string, SpooledFile> files = [];
    private readonly Dictionary<string, string> links = [];

    private ArchiveSpool(string directory) => this.directory = directory;

    /// <summary>Reads the archive to its end, compressed or not. The source may allow asynchronous reads only.</summary>
    public static async Task<ArchiveSpool> Read(Stream archive, ImagePaths paths, CancellationToken cancel)
    {
        var spool = new ArchiveSpool(Directory.CreateDirectory(paths.NewWork()).FullName);
        try
        {
            var pipe = new Pipe();
            var feeding = Feed(archive, pipe.Writer, cancel);
            try
            {
                await Task.Run(() => spool.Take(pipe.Reader.AsStream(), cancel), cancel);
            }
            finally
            {
                await pipe.Reader.CompleteAsync();
                await feeding;
            }

            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <param name="name">As the archive's documents write it; links are followed within the archive.</param>
    public SpooledFile? Find(string name)
    {
        var path = LayerPath.Parse(ByteString.FromText(name)).Whole;
        for (var followed = 0; followed < MostLinks && links.TryGetValue(path, out var target); followed++)
        {
            path = target;
        }

        return files.GetValueOrDefault(path);
    }

    public SpooledFile? FindDigest(string digest) => files.Values.FirstOrDefault(file => file.Digest == digest);

    /// <summary>A small document of the archive.</summary>
    public byte[]? ReadDocument(string name)
    {
        const long Largest = 16 << 20;
        return Find(name) switch
        {
            null => null,
            { Size: > Largest } => throw new InvalidDataException($"{name} is larger than {Largest >> 20} MiB"),
            var file => File.ReadAllBytes(file.Path),
        };
    }

    public void Dispose() => TreeRemoval.Remove(directory);

    private static async Task Feed(Stream archive, PipeWriter pipe, CancellationToken cancel)
    {
        try
        {
            await archive.CopyToAsync(pipe, cancel);
            await pipe.CompleteAsync();
        }
        catch (Exception failure)
        {
            await pipe.CompleteAsync(failure); // the reader throws it
        }
    }

    private void Take(Stream archive, CancellationToken cancel)
    {
        using var content = new BufferedStream(Compression.Open(archive), 1 << 16);
        var tar = new TarStream(content);
        while (tar.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (files.Count + links.Count == MostFiles)
            {
                throw new InvalidDataException($"the archive has more than {MostFiles} files");
            }

            var path = LayerPath.Parse(entry.Name);
            switch (entry.Kind)
            {
                case TarEntryKind.File:
                    files[path.Whole] = Lay(tar, entry, cancel);
                    break;
                case TarEntryKind.HardLink:
                    links[path.Whole] = LayerPath.Parse(entry.LinkName).Whole;
                    break;
                case TarEntryKind.SymbolicLink:
                    links[path.Whole] = LayerPath.Parse($"{path.Parent}/{entry.LinkName}").Whole;
                    break;
            }
        }
    }

    private SpooledFile Lay(TarStream tar, TarEntry entry, CancellationToken cancel)
    {
        if (entry.Sparse is not null)
        {
            throw new InvalidDataException("the archive has sparse files: write it without");
        }

        var path = Path.Combine(directory, files.Count.ToString("d", System.Globalization.CultureInfo.InvariantCulture));
        using var file = File.Create(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        while (tar.Read(buffer) is > 0 and var read)
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
            file.Write(buffer.AsSpan(0, read));
        }

        return new(path, Digests.FromHash(hash.GetHashAndReset()), entry.StoredSize);
    }
}
