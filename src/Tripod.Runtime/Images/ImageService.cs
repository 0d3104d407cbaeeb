using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;
using Tripod.Runtime.Images.Storage;
using Tripod.Store;

namespace Tripod.Runtime.Images;

/// <summary>Everything that can be asked about images. The container verbs ask it for root file systems, the doors for the rest.</summary>
public sealed class ImageService : IDisposable
{
    private readonly ImageStorage storage;
    private readonly RegistryClient registries;
    private readonly PullImage pullImage;
    private readonly RemoveImage removeImage;
    private readonly PushImage pushImage;
    private readonly ComposeImage composeImage;
    private readonly CheckCredentials checkCredentials;

    private ImageService(RuntimeOptions options, ImageStorage storage, TimeProvider clock)
    {
        this.storage = storage;
        registries = new(clock);
        pullImage = new(storage, registries, options, clock);
        pushImage = new(storage, registries, options);
        composeImage = new(storage, clock);
        checkCredentials = new(registries, options);
        removeImage = new(storage, id => IsInUse?.Invoke(id) ?? false);
    }

    /// <summary>Whether a container has the image of this id as its root; such an image keeps its layers. Set by the container runtime.</summary>
    public Func<string, bool>? IsInUse { get; set; }

    /// <summary>Opens the images below the root, and takes away what a killed predecessor left half-made. One engine at a time.</summary>
    public static ImageService Open(RuntimeOptions options, RecordStore records, TimeProvider clock) =>
        new(options, new ImageStorage(options.Root, records, clock), clock);

    /// <summary>By id, by a prefix of the id that is unique, or by reference in any form Docker understands; null when absent.</summary>
    public ImageRecord? Find(string reference)
    {
        var snapshot = storage.Index.Current;
        return snapshot.Find(reference) is { } image ? snapshot.Record(image) : null;
    }

    public IReadOnlyList<ImageRecord> List()
    {
        var snapshot = storage.Index.Current;
        return [.. snapshot.Images.Values.OrderByDescending(image => image.Created).ThenBy(image => image.Id, StringComparer.Ordinal).Select(snapshot.Record)];
    }

    /// <summary>Pulls by the OCI distribution protocol. Two pulls of one image share the work; a cut one leaves nothing half-made in use.</summary>
    public async Task<ImageRecord> Pull(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancel) =>
        Record(await pullImage.Run(ImageReference.Parse(reference), credentials, progress, cancel));

    /// <summary>Brings an image to the registry that its name says.</summary>
    public Task<PushedImage> Push(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancel) =>
        pushImage.Run(ImageReference.Parse(reference), credentials, progress, cancel);

    /// <summary>Returns where the registry takes the credentials.</summary>
    public Task CheckCredentials(string server, RegistryCredentials credentials, CancellationToken cancel) => checkCredentials.Run(server, credentials, cancel);

    /// <summary>An image of one tar, on top of another image or of nothing; the configuration is changed before it is written.</summary>
    public async Task<ImageRecord> Compose(Stream layer, string? baseId, Action<System.Text.Json.Nodes.JsonObject> configure, string comment, string author, string? name, CancellationToken cancel)
    {
        try
        {
            return Record(await composeImage.Run(layer, baseId, configure, comment, author, name is null ? null : ImageReference.Parse(name), cancel));
        }
        catch (Exception failure) when (ImageProblems.IsExpected(failure))
        {
            throw ImageProblems.Load(failure);
        }
    }

    /// <summary>Of each layer, lowest first: its size unpacked.</summary>
    public IReadOnlyList<long> LayerSizes(string imageId) => [.. Stored(imageId).Layers.Select(layer => layer.Bytes)];

    /// <summary>Takes an OCI or docker archive (tar, also gzipped) and returns what it held, with no other names than the archive's.</summary>
    public async Task<IReadOnlyList<ImageRecord>> Load(Stream archive, CancellationToken cancel) =>
        [.. (await new LoadArchive(storage).Run(archive, cancel)).Select(loaded => Record(loaded.Image) with { RepoTags = loaded.Names })];

    /// <summary>Writes a docker-and-OCI archive with the named images.</summary>
    public Task Save(IReadOnlyList<string> references, Stream archive, CancellationToken cancel) => new SaveArchive(storage).Run(references, archive, cancel);

    public ImageRecord Tag(string source, string target)
    {
        var name = ImageReference.Parse(target);
        if (name.Digest is not null)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"tag {source}: {target} names a digest, which cannot be chosen: give a name and a tag");
        }

        var image = storage.Index.Current.Find(source) ?? throw ImageProblems.NotFound(source);
        return storage.Index.Name(name.Canonical, image.Id) ? Record(image) : throw ImageProblems.NotFound(source);
    }

    /// <summary>Removes a tag, or by id the image with all its tags; layers that nothing needs any more go too. Returns Docker's lines: what was untagged and deleted.</summary>
    public Task<IReadOnlyList<string>> Remove(string reference, bool force, CancellationToken cancel) => removeImage.Run(reference, force, cancel);

    /// <summary>Removes an image that nothing uses, to make room; false where it is in use, built in or gone.</summary>
    public Task<bool> Collect(string imageId, CancellationToken cancel) => Task.Run(() => new CollectImage(storage, IsUsed).Run(imageId), cancel);

    /// <summary>Whether a container has it as its root or as a volume.</summary>
    public bool IsUsed(string imageId) => IsInUse?.Invoke(imageId) ?? false;

    /// <summary>Directories of the image's layers for overlayfs's <c>lowerdir</c>: topmost first.</summary>
    public IReadOnlyList<string> LayerDirectories(string imageId) =>
        [.. Stored(imageId).Layers.Reverse().Select(layer => storage.Paths.Layer(layer.ChainId))];

    /// <summary>The image's config byte for byte as it came; its digest is the image's id.</summary>
    public byte[] ReadConfig(string imageId) => storage.Blobs.Read(Stored(imageId).Id);

    /// <summary>The image's manifest byte for byte as it came.</summary>
    public byte[] ReadManifest(string imageId) => storage.Blobs.Read(Stored(imageId).ManifestDigest);

    /// <summary>Makes a pinned image of one program. The same program gives the same id; an image of another program under that name is replaced, and deleted where <see cref="IsInUse"/> is set and says no.</summary>
    public void AddBuiltIn(string reference, byte[] program, string pathInImage, ImageConfig config) =>
        new AddBuiltInImage(storage, id => IsInUse?.Invoke(id) ?? true).Run(ImageReference.Parse(reference), program, pathInImage, config);

    /// <summary>Where they are kept.</summary>
    public string Path => storage.Paths.Root;

    /// <summary>Bytes and inodes in use below the image store, and its path.</summary>
    public (string Path, long Bytes, long Inodes) Usage()
    {
        var layers = storage.Layers.Present();
        var blobs = storage.Blobs.List();
        return (storage.Paths.Root, layers.Sum(layer => layer.Bytes) + blobs.Sum(storage.Blobs.Size), layers.Sum(layer => layer.Inodes) + blobs.Count);
    }

    public void Dispose() => registries.Dispose();

    private StoredImage Stored(string imageId) => storage.Index.Current.Find(imageId) ?? throw ImageProblems.NotFound(imageId);

    private ImageRecord Record(StoredImage image) => storage.Index.Current.Record(image);
}
