using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.Runtime;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker push</c>: hands the image to its registry and the progress to the client.</summary>
internal sealed class PushImage(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var tag = request.Query("tag");
        var name = ImageReference.TryParse(request.Name) ?? throw new DockerException(400, $"invalid reference format: {request.Name}");
        var credentials = RegistryAuth.Parse(request.Http.Request.Headers["X-Registry-Auth"].ToString());
        var tags = tag.Length > 0 ? [$"{name.Name}:{tag}"] : parts.Runtime.Images.List().SelectMany(image => image.RepoTags).Where(full => full.StartsWith(name.Name + ":", StringComparison.Ordinal)).ToList();
        if (tags.Count == 0 || parts.Runtime.Images.Find(tags[0]) is null)
        {
            throw new DockerException(404, $"An image does not exist locally with the tag: {name.Name}");
        }

        var stream = new ProgressStream(request);
        await stream.SayAsync(new() { ["status"] = $"The push refers to repository [{name.Name}]" }).ConfigureAwait(false);
        try
        {
            foreach (var reference in tags)
            {
                await PushAsync(reference, credentials, stream, request.Cancel).ConfigureAwait(false);
            }
        }
        catch (RuntimeException failure)
        {
            await stream.FailAsync(failure.Message).ConfigureAwait(false);
        }
    }

    private async Task PushAsync(string reference, RegistryCredentials? credentials, ProgressStream stream, CancellationToken cancel)
    {
        var lines = Channel.CreateUnbounded<PullProgress>();
        var push = Task.Run(
            async () =>
            {
                try
                {
                    return await parts.Runtime.Images.Push(reference, credentials, new Reports(lines.Writer), cancel).ConfigureAwait(false);
                }
                finally
                {
                    lines.Writer.TryComplete();
                }
            },
            CancellationToken.None);
        await foreach (var line in lines.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            var detail = line.Status == "Pushing" ? new JsonObject { ["current"] = line.Current, ["total"] = line.Total } : [];
            await stream.SayAsync(new() { ["status"] = line.Status, ["progressDetail"] = detail, ["id"] = line.LayerDigest.Split(':')[^1][..12] }).ConfigureAwait(false);
        }

        var pushed = await push.ConfigureAwait(false);
        var tag = reference[(reference.LastIndexOf(':') + 1)..];
        await stream.SayAsync(new() { ["status"] = string.Create(CultureInfo.InvariantCulture, $"{tag}: digest: {pushed.Digest} size: {pushed.Size}") }).ConfigureAwait(false);
        await stream.SayAsync(new() { ["progressDetail"] = new JsonObject(), ["aux"] = new JsonObject { ["Tag"] = tag, ["Digest"] = pushed.Digest, ["Size"] = pushed.Size } }).ConfigureAwait(false);
        parts.Events.Say("image", "push", ImageReference.Shorten(reference), new Dictionary<string, string> { ["name"] = ImageReference.Shorten(reference) });
    }

    private sealed class Reports(ChannelWriter<PullProgress> lines) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => lines.TryWrite(value);
    }
}
