using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker images</c>, newest first.</summary>
internal sealed class ListImages(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var filter = ImageFilter.Parse(request.Query("filters"));
        var counts = parts.Runtime.ListAllContainers().GroupBy(container => container.ImageId).ToDictionary(same => same.Key, same => same.Count());
        var images = parts.Runtime.Images.List().Where(filter.Takes).Select(filter.Narrow).Select(image => (JsonNode)new JsonObject
        {
            ["Id"] = image.Id,
            ["ParentId"] = "",
            ["RepoTags"] = ImageNames.Tags(image),
            ["RepoDigests"] = ImageNames.Digests(image),
            ["Created"] = (image.Created ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds(),
            ["Size"] = image.Size,
            ["VirtualSize"] = image.Size,
            ["SharedSize"] = -1,
            ["Labels"] = new JsonObject(image.Config.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            ["Containers"] = counts.GetValueOrDefault(image.Id),
        });
        return request.AnswerAsync(new JsonArray([.. images]));
    }
}
