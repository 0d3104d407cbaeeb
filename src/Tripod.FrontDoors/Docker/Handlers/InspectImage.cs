using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker image inspect</c>: what the image's own configuration says, and where its layers are.</summary>
internal sealed class InspectImage(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var image = parts.Runtime.Images.Find(request.Name) ?? throw new DockerException(404, $"No such image: {request.Name}");
        var config = JsonNode.Parse(parts.Runtime.Images.ReadConfig(image.Id))!.AsObject();
        var layers = parts.Runtime.Images.LayerDirectories(image.Id);
        var data = new JsonObject { ["UpperDir"] = layers[0] };
        if (layers.Count > 1)
        {
            data["LowerDir"] = string.Join(':', layers.Skip(1));
        }

        return request.AnswerAsync(new JsonObject
        {
            ["Id"] = image.Id,
            ["RepoTags"] = ImageNames.Tags(image),
            ["RepoDigests"] = ImageNames.Digests(image),
            ["Parent"] = "",
            ["Comment"] = "",
            ["Created"] = config["created"]?.DeepClone(),
            ["Author"] = (string?)config["author"] ?? "",
            ["Config"] = config["config"]?.DeepClone(),
            ["Architecture"] = image.Architecture,
            ["Os"] = (string?)config["os"] ?? "linux",
            ["Size"] = image.Size,
            ["VirtualSize"] = image.Size,
            ["GraphDriver"] = new JsonObject { ["Name"] = "overlay", ["Data"] = data },
            ["RootFS"] = new JsonObject { ["Type"] = "layers", ["Layers"] = config["rootfs"]?["diff_ids"]?.DeepClone() },
            ["Metadata"] = new JsonObject { ["LastTagTime"] = "0001-01-01T00:00:00Z" },
        });
    }
}
