using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tripod.Store;

namespace Tripod.Runtime.Images.Storage;

/// <summary>
/// Which images there are and what they are called: in memory for readers, every write through to the record store
/// first. Asked and told by the verbs of <see cref="ImageService"/>.
/// </summary>
internal sealed class ImageIndex
{
    private const string Images = "images", Names = "image-names";

    private readonly Lock gate = new();
    private readonly RecordStore records;
    private volatile ImageSnapshot current;

    public ImageIndex(RecordStore records)
    {
        this.records = records;
        var images = records.List(Images)
            .Select(pair => JsonSerializer.Deserialize(pair.Value, StoredImageJson.Default.StoredImage)!)
            .ToImmutableDictionary(image => image.Id);
        var names = records.List(Names)
            .Select(pair => KeyValuePair.Create(pair.Key, Encoding.ASCII.GetString(pair.Value)))
            .Where(pair => images.ContainsKey(pair.Value)) // a removal that was cut off took the image first
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        current = new(images, names);
    }

    public ImageSnapshot Current => current;

    /// <summary>Adds or replaces the image, then gives it the names, taking them from whichever image had them.</summary>
    public void Put(StoredImage image, params IEnumerable<string> names)
    {
        lock (gate)
        {
            records.Put(Images, image.Id, JsonSerializer.SerializeToUtf8Bytes(image, StoredImageJson.Default.StoredImage));
            current = new(current.Images.SetItem(image.Id, image), current.Names);
            foreach (var name in names)
            {
                PutName(name, image.Id);
            }
        }
    }

    /// <returns>False when the image is gone.</returns>
    public bool Name(string name, string imageId)
    {
        lock (gate)
        {
            if (!current.Images.ContainsKey(imageId))
            {
                return false;
            }

            PutName(name, imageId);
            return true;
        }
    }

    public void RemoveName(string name)
    {
        lock (gate)
        {
            records.Delete(Names, name);
            current = new(current.Images, current.Names.Remove(name));
        }
    }

    /// <summary>Takes the image and its names away; what they need on disk is no longer needed by them.</summary>
    public void Remove(string imageId)
    {
        lock (gate)
        {
            records.Delete(Images, imageId);
            foreach (var name in current.NamesOf(imageId))
            {
                records.Delete(Names, name);
            }

            current = new(current.Images.Remove(imageId), current.Names.RemoveRange(current.NamesOf(imageId)));
        }
    }

    private void PutName(string name, string imageId)
    {
        records.Put(Names, name, Encoding.ASCII.GetBytes(imageId));
        current = new(current.Images, current.Names.SetItem(name, imageId));
    }
}
