using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tripod.Runtime.Images.Storage;
using Tripod.Runtime.Records;
using Tripod.Runtime.Volumes;

namespace Tripod.Runtime.Checking;

/// <summary>The runtime's records: whether each can be read, and whether what they name is there. Pure but for the look at the volumes' directories.</summary>
internal sealed class CheckRecords
{
    private readonly List<StoredImage> images = [];
    private readonly List<ContainerRecord> containers = [];

    public IReadOnlyList<StoredImage> Images => images;

    /// <summary>The container that has an image as its root or as a volume; null where none has.</summary>
    public string? UserOf(string imageId) =>
        containers.Find(container => container.ImageId == imageId || container.Config.VolumeImages.Contains(imageId)) is { } user ? $"{user.Config.Name} ({user.Id[..12]})" : null;

    /// <param name="records">All there are.</param>
    /// <param name="volumes">The directory of volumes.</param>
    /// <param name="drop">Deletes a record; null where nothing may be changed.</param>
    public IEnumerable<Finding> Run(IReadOnlyList<(string Collection, string Id, byte[] Value)> records, string volumes, Action<string, string>? drop)
    {
        foreach (var (collection, id, value) in records.Where(record => record.Collection != "image-names"))
        {
            if (Fault(collection, id, value) is { } fault)
            {
                yield return Unusable(collection, id, $"cannot be read: {fault}", drop);
            }
            else if (collection == "volumes" && !Directory.Exists(Path.Combine(volumes, id)))
            {
                yield return new($"volume {id}: its directory {Path.Combine(volumes, id)} is missing", "put it back from a backup, or remove the volume (docker volume rm): volumes are never mended");
            }
        }

        foreach (var (_, name, value) in records.Where(record => record.Collection == "image-names"))
        {
            if (!images.Exists(image => image.Id == Encoding.ASCII.GetString(value)))
            {
                yield return Unusable("image-names", name, $"stands for image {Encoding.ASCII.GetString(value)}, which is not there", drop);
            }
        }

        foreach (var container in containers)
        {
            if (!container.IsPause && container.SandboxId is { } sandbox && !containers.Exists(other => other.Id == sandbox))
            {
                yield return new($"container {container.Config.Name} ({container.Id[..12]}): its sandbox {sandbox[..Math.Min(12, sandbox.Length)]} is not there", "the engine removes it with its pod");
            }

            if (container.ImageId.Length > 0 && !images.Exists(image => image.Id == container.ImageId))
            {
                yield return new($"container {container.Config.Name} ({container.Id[..12]}): its image {container.ImageId} is not there", "a pod's is made anew with the image that is pulled; remove one of docker's (docker rm) and run it again");
            }
        }
    }

    private static Finding Unusable(string collection, string id, string fault, Action<string, string>? drop)
    {
        var what = $"record {collection}/{id} {fault}";
        if (drop is null)
        {
            return new(what, "--repair drops the record");
        }

        drop(collection, id);
        return new(what, "the record is dropped", Mended: true);
    }

    private string? Fault(string collection, string id, byte[] value)
    {
        try
        {
            switch (collection)
            {
                case "containers":
                    containers.Add(Parse(value, RecordJson.Default.ContainerRecord));
                    return containers[^1].Id == id ? null : $"it says that it is {containers[^1].Id}";
                case "images":
                    images.Add(Parse(value, StoredImageJson.Default.StoredImage));
                    return images[^1].Id == id ? null : $"it says that it is {images[^1].Id}";
                case "volumes":
                    return Parse(value, VolumeJson.Default.VolumeRecord).Name == id ? null : "it has another name";
                default:
                    using (JsonDocument.Parse(value))
                    {
                        return null;
                    }
            }
        }
        catch (JsonException failure)
        {
            return failure.Message;
        }
    }

    private static T Parse<T>(byte[] value, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(value, type) ?? throw new JsonException("it is null");
}
