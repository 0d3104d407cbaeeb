using Tripod.Runtime;
using Tripod.Runtime.Images;
using Tripod.Store;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>Images below a temporary root of their own; can be opened again as a new engine would after the old one died.</summary>
public sealed class ImageStore : IDisposable
{
    private RecordStore records;

    public ImageStore(params IReadOnlyList<RegistryOptions> registries)
    {
        Root = Directory.CreateTempSubdirectory("tripod-images-").FullName;
        Options = new RuntimeOptions { Root = Root, Run = Path.Combine(Root, "run"), Registries = registries };
        records = RecordStore.Open(Path.Combine(Root, "records.db"));
        Service = ImageService.Open(Options, records, TimeProvider.System);
    }

    public string Root { get; }

    public RuntimeOptions Options { get; }

    public ImageService Service { get; private set; }

    public ImageService Reopen()
    {
        Service.Dispose();
        records.Dispose();
        records = RecordStore.Open(Path.Combine(Root, "records.db"));
        return Service = ImageService.Open(Options, records, TimeProvider.System);
    }

    /// <summary>Writes the image into an archive below the root and returns its path.</summary>
    public Task<string> Archive(ImageBuilder image, string tag = "latest") => image.WriteOciArchive(Path.Combine(Root, $"{Guid.NewGuid():N}.tar"), tag);

    public async Task<ImageRecord> Load(ImageBuilder image, string tag = "latest")
    {
        await using var archive = File.OpenRead(await Archive(image, tag));
        return (await Service.Load(archive, CancellationToken.None))[0];
    }

    public void Dispose()
    {
        Service.Dispose();
        records.Dispose();
        Linux.FileSystem.TreeRemoval.Remove(Root);
    }
}
