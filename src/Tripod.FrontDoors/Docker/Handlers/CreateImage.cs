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
            await ImportAsync(request).ConfigureAwait(false);
            return;
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

    /// <summary><c>docker import</c>: a root file system becomes an image of one layer.</summary>
    private async Task ImportAsync(DockerRequest request)
    {
        if (request.Query("fromSrc") != "-")
        {
            throw new DockerException(400, $"import from {request.Query("fromSrc")} is not served by tripod: fetch it and import the file (curl -L URL | docker import - NAME)");
        }

        var repository = request.Query("repo");
        var name = repository.Length == 0 ? null : request.Query("tag").Length == 0 ? repository : $"{repository}:{request.Query("tag")}";
        if (request.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpBodyControlFeature>() is { } control)
        {
            control.AllowSynchronousIO = true;
        }

        var message = request.Query("message") is { Length: > 0 } given ? given : "Imported from -";
        var image = await parts.Runtime.Images.Compose(
            request.Body, null, config => ImageChanges.Apply(config["config"]!.AsObject(), request.Queries("changes")), message, "", name, request.Cancel).ConfigureAwait(false);
        await new ProgressStream(request).SayAsync(new() { ["status"] = image.Id }).ConfigureAwait(false);
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
