namespace Tripod.Runtime.Images;

/// <summary>Everything that can be asked about images. The container verbs ask it for root file systems, the doors for the rest.</summary>
public sealed class ImageService
{
    /// <summary>By id, by a prefix of the id that is unique, or by reference in any form Docker understands; null when absent.</summary>
    public ImageRecord? Find(string reference) => throw new NotImplementedException();

    public IReadOnlyList<ImageRecord> List() => throw new NotImplementedException();

    /// <summary>Pulls by the OCI distribution protocol. Two pulls of one image share the work; a cut one leaves nothing half-made in use.</summary>
    public Task<ImageRecord> Pull(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Takes an OCI or docker archive (tar, also gzipped) and returns what it held.</summary>
    public Task<IReadOnlyList<ImageRecord>> Load(Stream archive, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Writes a docker-and-OCI archive with the named images.</summary>
    public Task Save(IReadOnlyList<string> references, Stream archive, CancellationToken cancel) => throw new NotImplementedException();

    public ImageRecord Tag(string source, string target) => throw new NotImplementedException();

    /// <summary>Removes a tag, or by id the image with all its tags; layers that nothing needs any more go too. Returns Docker's lines: what was untagged and deleted.</summary>
    public Task<IReadOnlyList<string>> Remove(string reference, bool force, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Directories of the image's layers for overlayfs's <c>lowerdir</c>: topmost first.</summary>
    public IReadOnlyList<string> LayerDirectories(string imageId) => throw new NotImplementedException();

    /// <summary>Bytes and inodes in use below the image store, and its path.</summary>
    public (string Path, long Bytes, long Inodes) Usage() => throw new NotImplementedException();
}
