using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>What a removal takes away; decided before anything is done, by Docker's rules.</summary>
/// <param name="Image">The image itself goes as well.</param>
internal sealed record RemovalPlan(IReadOnlyList<string> Names, bool Image)
{
    /// <param name="names">All that the image has, with tags and with digests.</param>
    /// <exception cref="RuntimeException">The image must stay.</exception>
    public static RemovalPlan Make(string reference, StoredImage image, IReadOnlyList<string> names, bool inUse, bool force)
    {
        var shortId = image.Id["sha256:".Length..][..12];
        var name = ImageReference.TryParse(reference)?.Canonical;
        var going = name is not null && names.Contains(name) ? [name] : names;
        var tagsLeft = names.Except(going).Any(IsTag);
        if (going.Count == 1 && names.Count > 1 && (tagsLeft || !IsTag(going[0])))
        {
            return new(going, false);
        }

        if (image.Pinned)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"conflict: unable to delete {shortId} - it is built in, pods need it");
        }

        if (inUse && !force)
        {
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition, $"conflict: unable to remove {reference} (must force) - a container is using its image {shortId}: remove the container first");
        }

        if (going.Count > 1 && names.Count(IsTag) > 1 && !force)
        {
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition, $"conflict: unable to delete {shortId} (must be forced) - image has several names: {string.Join(", ", names.Where(IsTag).Select(ImageReference.Shorten))}");
        }

        // The last tag takes the digests along. In use, the image only loses its names.
        return new(names, !inUse);
    }

    private static bool IsTag(string name) => !name.Contains('@', StringComparison.Ordinal);
}
