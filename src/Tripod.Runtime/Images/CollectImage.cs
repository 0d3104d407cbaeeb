using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>Removes one image that nothing uses, with all its names. Asked by whoever makes room; never removes what is in use or built in.</summary>
internal sealed class CollectImage(ImageStorage storage, Func<string, bool> isInUse)
{
    /// <returns>Whether it went.</returns>
    public bool Run(string imageId)
    {
        var snapshot = storage.Index.Current;
        if (!snapshot.Images.TryGetValue(imageId, out var image) || image.Pinned || isInUse(imageId))
        {
            return false;
        }

        storage.Index.Remove(imageId);
        if (isInUse(imageId))
        {
            // A container came meanwhile: its record is written before it looks for its image, so one of the two is seen.
            storage.Index.Put(image, snapshot.NamesOf(imageId));
            return false;
        }

        storage.Sweep();
        return true;
    }
}
