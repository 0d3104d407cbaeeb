using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.FrontDoors.Docker.Volumes;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker system df</c>.</summary>
internal sealed class ShowDiskUsage(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var wanted = request.Queries("type");
        var images = parts.Runtime.Images.List();
        var containers = parts.Containers.All();
        var volumes = new ManageVolumes(parts);
        var json = new JsonObject { ["LayersSize"] = images.Sum(image => image.Size), ["BuildCache"] = new JsonArray(), ["BuilderSize"] = 0 };
        if (wanted.Count == 0 || wanted.Contains("image"))
        {
            json["Images"] = new JsonArray([.. images.Select(image => (JsonNode)Row(image, containers))]);
        }

        if (wanted.Count == 0 || wanted.Contains("container"))
        {
            json["Containers"] = new JsonArray([.. containers.Select(known => (JsonNode)Row(known))]);
        }

        if (wanted.Count == 0 || wanted.Contains("volume"))
        {
            json["Volumes"] = new JsonArray([.. parts.Runtime.Volumes.All.Select(volume =>
            {
                var row = volumes.Json(volume);
                row["UsageData"] = new JsonObject { ["Size"] = volumes.Size(volume), ["RefCount"] = parts.Runtime.Volumes.UsersOf(volume.Name).Count };
                return (JsonNode)row;
            })]);
        }

        return request.AnswerAsync(json);
    }

    private static JsonObject Row(ImageRecord image, IReadOnlyList<KnownContainer> containers) => new()
    {
        ["Id"] = image.Id,
        ["RepoTags"] = ImageNames.Tags(image),
        ["RepoDigests"] = ImageNames.Digests(image),
        ["Created"] = image.Created?.ToUnixTimeSeconds() ?? 0,
        ["Size"] = image.Size,
        ["SharedSize"] = 0,
        ["ParentId"] = "",
        ["Labels"] = image.Config.Labels.ToJson(),
        ["Containers"] = containers.Count(known => known.Status.ImageId == image.Id),
    };

    private JsonObject Row(KnownContainer known)
    {
        var view = new ContainerView(parts, known);
        return new()
        {
            ["Id"] = known.Id,
            ["Names"] = new JsonArray((JsonNode)$"/{known.Name}"),
            ["Image"] = view.Image,
            ["ImageID"] = known.Status.ImageId,
            ["Command"] = string.Join(' ', view.Command),
            ["Created"] = known.Status.CreatedAt.ToUnixTimeSeconds(),
            ["SizeRw"] = view.SizeRw(),
            ["SizeRootFs"] = view.SizeRw() + (parts.Runtime.Images.Find(known.Status.ImageId)?.Size ?? 0),
            ["Labels"] = known.Status.Config.Labels.ToJson(),
            ["State"] = DockerState.Word(known),
            ["Status"] = DockerState.Sentence(known, parts.Standalone.HealthOf(known.Id), parts.Clock.GetUtcNow()),
            ["Mounts"] = view.Mounts(),
        };
    }
}
