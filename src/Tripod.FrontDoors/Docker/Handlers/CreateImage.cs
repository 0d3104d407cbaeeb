using System.Threading.Channels;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.Runtime;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker pull</c>: hands the reference to the image service and its progress to the client.</summary>
internal sealed class CreateImage(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        if (request.Query("fromSrc").Length > 0)
        {
            throw new DockerException(501, "docker import is not served by tripod: docker load takes archives of images");
        }

        var reference = Reference(request.Query("fromImage"), request.Query("tag"));
        var credentials = RegistryAuth.Parse(request.Http.Request.Headers["X-Registry-Auth"].ToString());
        var before = parts.Runtime.Images.Find(reference.ToString())?.Id;
        var stream = new ProgressStream(request);
        var progress = new Progress();
        var pull = PullAsync(reference, credentials, progress, request.Cancel);
        try
        {
            await foreach (var layer in progress.Lines.ReadAllAsync(request.Cancel).ConfigureAwait(false))
            {
                if (!stream.HasBegun)
                {
                    await stream.SayAsync(new() { ["status"] = $"Pulling from {reference.Repository}", ["id"] = reference.Tag ?? reference.Digest }).ConfigureAwait(false);
                }

                await stream.SayAsync(PullLine.Of(layer)).ConfigureAwait(false);
            }

            var image = await pull.ConfigureAwait(false);
            var digest = image.RepoDigests.FirstOrDefault(name => name.StartsWith(reference.Name + "@", StringComparison.Ordinal));
            if (digest is not null)
            {
                await stream.SayAsync(new() { ["status"] = $"Digest: {digest[(digest.IndexOf('@', StringComparison.Ordinal) + 1)..]}" }).ConfigureAwait(false);
            }

            var what = before == image.Id ? "Image is up to date" : "Downloaded newer image";
            await stream.SayAsync(new() { ["status"] = $"Status: {what} for {reference.Familiar}" }).ConfigureAwait(false);
        }
        catch (RuntimeException failure) when (stream.HasBegun)
        {
            await stream.FailAsync(failure.Message).ConfigureAwait(false);
        }
    }

    private async Task<ImageRecord> PullAsync(ImageReference reference, RegistryCredentials? credentials, Progress progress, CancellationToken cancel)
    {
        try
        {
            return await parts.Runtime.Images.Pull(reference.ToString(), credentials, progress, cancel).ConfigureAwait(false);
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>The tag may stand apart, and may be a digest.</summary>
    private static ImageReference Reference(string image, string tag)
    {
        var text = tag.Length == 0 ? image : tag.Contains(':', StringComparison.Ordinal) ? $"{image}@{tag}" : $"{image}:{tag}";
        return ImageReference.TryParse(text) ?? throw new DockerException(400, $"invalid reference format: {text}");
    }

    private sealed class Progress : IProgress<PullProgress>
    {
        private readonly Channel<PullProgress> lines = Channel.CreateUnbounded<PullProgress>();

        public ChannelReader<PullProgress> Lines => lines.Reader;

        public void Report(PullProgress value) => lines.Writer.TryWrite(value);

        public void End() => lines.Writer.TryComplete();
    }
}
