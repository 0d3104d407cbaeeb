using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker history</c>: what the image's configuration tells of how it was made, newest first.</summary>
internal sealed class ImageHistory(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var image = parts.Runtime.Images.Find(request.Name) ?? throw new DockerException(404, $"No such image: {request.Name}");
        var config = JsonNode.Parse(parts.Runtime.Images.ReadConfig(image.Id));
        var sizes = new Queue<long>(parts.Runtime.Images.LayerSizes(image.Id));
        var steps = config.Objects("history");
        var rows = new List<JsonObject>();

        // Layers of which the history is silent are shown all the same: they are the oldest.
        for (var silent = sizes.Count - steps.Count(step => !step.Flag("empty_layer")); silent > 0; silent--)
        {
            rows.Add(Row([], sizes.Dequeue()));
        }

        foreach (var step in steps)
        {
            rows.Add(Row(step, step.Flag("empty_layer") || sizes.Count == 0 ? 0 : sizes.Dequeue()));
        }

        rows.Reverse();
        if (rows.Count > 0)
        {
            rows[0]["Id"] = image.Id;
            rows[0]["Tags"] = image.RepoTags.Count > 0 ? ImageNames.Tags(image) : null;
        }

        return request.AnswerAsync(new JsonArray([.. rows]));
    }

    private static JsonObject Row(JsonObject step, long size) => new()
    {
        ["Id"] = "<missing>",
        ["Created"] = DockerTime.Parse(step.Text("created"))?.ToUnixTimeSeconds() ?? 0,
        ["CreatedBy"] = step.Text("created_by"),
        ["Tags"] = null,
        ["Size"] = size,
        ["Comment"] = step.Text("comment"),
    };
}
