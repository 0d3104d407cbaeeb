using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>
/// Removes a name, and with the last one the image. Asked by <see cref="ImageService"/>; what nothing needs afterwards
/// goes by <see cref="ImageStorage.Sweep"/>.
/// </summary>
internal sealed class RemoveImage(ImageStorage storage, Func<string, bool> isInUse)
{
    public async Task<IReadOnlyList<string>> Run(string reference, bool force, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var snapshot = storage.Index.Current;
        var image = snapshot.Find(reference) ?? throw ImageProblems.NotFound(reference);
        var plan = RemovalPlan.Make(reference, image, snapshot.NamesOf(image.Id), isInUse(image.Id), force);
        foreach (var name in plan.Names)
        {
            storage.Index.RemoveName(name);
        }

        var lines = plan.Names.Select(name => $"Untagged: {ImageReference.Shorten(name)}").ToList();
        if (plan.Image)
        {
            storage.Index.Remove(image.Id);
            lines.Add($"Deleted: {image.Id}");
            var gone = await Task.Run(storage.Sweep, CancellationToken.None);
            lines.AddRange(image.Layers.Select(layer => layer.ChainId).Reverse().Where(gone.Contains).Select(chainId => $"Deleted: {chainId}"));
        }

        return lines;
    }
}
