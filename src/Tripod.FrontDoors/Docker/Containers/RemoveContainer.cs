using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker rm</c>, and <c>docker container prune</c>.</summary>
internal sealed class RemoveContainer(DockerParts parts)
{
    private static readonly string[] PruneFilters = ["until", "label", "label!"];

    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (request.Flag("link"))
        {
            throw new DockerException(400, "links are not supported by tripod: containers find each other by name on a network of their own");
        }

        if (known.IsPause)
        {
            var labels = known.Status.Config.Labels;
            throw new DockerException(409, $"cannot remove container \"{known.Name}\": it is the pause container of pod {labels.GetValueOrDefault("io.kubernetes.pod.namespace")}/{labels.GetValueOrDefault("io.kubernetes.pod.name")}: kubectl delete pod takes it away");
        }

        if (known.IsRunning && !request.Flag("force"))
        {
            throw new DockerException(409, known.Status.Paused
                ? $"cannot remove container \"{request.Name}\": container is paused and must be unpaused first"
                : $"cannot remove container \"{request.Name}\": container is running: stop the container before removing or force remove");
        }

        await RemoveAsync(known, request.Flag("v"), request.Cancel).ConfigureAwait(false);
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    public async Task PruneAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), PruneFilters);
        var until = filters["until"].Select(text => (DateTimeOffset?)Until(text)).FirstOrDefault();
        var removed = new JsonArray();
        foreach (var known in parts.Containers.All().Where(known => known.Standalone is not null && DockerState.Word(known) is "exited" or "created"))
        {
            if (filters.Labels(known.Status.Config.Labels) && filters.NoLabels(known.Status.Config.Labels) && (until is null || known.Status.CreatedAt < until))
            {
                await RemoveAsync(known, volumes: false, request.Cancel).ConfigureAwait(false);
                removed.Add((JsonNode)known.Id);
            }
        }

        await request.AnswerAsync(new JsonObject { ["ContainersDeleted"] = removed, ["SpaceReclaimed"] = 0 }).ConfigureAwait(false);
    }

    /// <summary>A time, or a span back from now: <c>24h</c>.</summary>
    private DateTimeOffset Until(string text)
    {
        try
        {
            return DockerTime.Parse(text)!.Value;
        }
        catch (Exception unread) when (unread is FormatException or InvalidOperationException)
        {
            return parts.Clock.GetUtcNow() - (GoDuration.Parse(text) ?? throw new DockerException(400, $"invalid filter 'until={text}': it is neither a time nor a duration such as 24h"));
        }
    }

    private async Task RemoveAsync(KnownContainer known, bool volumes, CancellationToken cancel)
    {
        if (known.Standalone is null)
        {
            await parts.Runtime.RemoveContainer(known.Id, cancel).ConfigureAwait(false);
            return;
        }

        await parts.Standalone.Remove(known.Id, cancel).ConfigureAwait(false);
        if (volumes)
        {
            parts.Mounts.RemoveAnonymous(JsonNode.Parse(known.Standalone.Request)?["Mounts"] as JsonArray ?? []);
        }
    }
}
