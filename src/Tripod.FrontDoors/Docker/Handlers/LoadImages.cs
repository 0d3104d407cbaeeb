using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.Runtime;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker load</c>: says of each image what it is called now.</summary>
internal sealed class LoadImages(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var progress = new ProgressStream(request);
        try
        {
            foreach (var image in await parts.Runtime.Images.Load(request.Body, request.Cancel).ConfigureAwait(false))
            {
                foreach (var line in image.RepoTags.Count == 0 ? [$"Loaded image ID: {image.Id}"] : image.RepoTags.Select(tag => $"Loaded image: {ImageReference.Shorten(tag)}"))
                {
                    await progress.SayAsync(new() { ["stream"] = line + "\n" }).ConfigureAwait(false);
                }
            }
        }
        catch (RuntimeException failure) when (progress.HasBegun)
        {
            await progress.FailAsync(failure.Message).ConfigureAwait(false);
        }
    }
}
