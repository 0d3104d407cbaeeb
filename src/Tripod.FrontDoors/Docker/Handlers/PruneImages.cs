using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker image prune</c>: images without a name, or with <c>-a</c> all that no container uses.</summary>
internal sealed class PruneImages(DockerParts parts)
{
    private static readonly string[] Known = ["dangling", "until", "label", "label!"];

    public async Task RunAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), Known);
        var used = parts.Runtime.ListAllContainers().Select(container => container.ImageId).ToHashSet(StringComparer.Ordinal);
        DateTimeOffset? until = filters["until"] is [var text, ..] ? GoDuration.Parse(text) is { } age ? parts.Clock.GetUtcNow() - age : DockerTime.Parse(text) : null;
        var removed = new JsonArray();
        long freed = 0;
        foreach (var image in parts.Runtime.Images.List().Where(image => !image.Pinned && !used.Contains(image.Id)))
        {
            if ((filters.Flag("dangling") == false || image.RepoTags.Count == 0) && filters.Labels(image.Config.Labels) && filters.NoLabels(image.Config.Labels) && (until is null || image.Created < until))
            {
                foreach (var line in await parts.Runtime.Images.Remove(image.Id, force: true, request.Cancel).ConfigureAwait(false))
                {
                    var pair = line.Split(": ", 2);
                    removed.Add((JsonNode)new JsonObject { [pair[0]] = pair[^1] });
                }

                freed += image.Size;
            }
        }

        await request.AnswerAsync(new JsonObject { ["ImagesDeleted"] = removed, ["SpaceReclaimed"] = freed }).ConfigureAwait(false);
    }
}
