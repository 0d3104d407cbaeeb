using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Requests;
using Tripod.Pods.Standalone;
using Tripod.Runtime;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker create</c>, and the first half of <c>docker run</c>.</summary>
internal sealed partial class CreateContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var id = ContainerRuntime.NewContainerId();
        var asked = request.Query("name").TrimStart('/');
        if (asked.Length > 0 && !NamePattern().IsMatch(asked))
        {
            throw new DockerException(400, $"Invalid container name ({asked}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        var reference = body.Text("Image");
        var image = parts.Runtime.Images.Find(reference) ?? throw new DockerException(404, $"No such image: {Familiar(reference)}");
        var document = JsonNode.Parse(parts.Runtime.Images.ReadConfig(image.Id));
        var wanted = new ContainerRequest(body, image, document, parts);
        var mounts = wanted.Mounts;
        var name = asked.Length > 0 ? asked : RandomName.Make(taken => parts.Standalone.Named(taken) is not null);
        var places = parts.Mounts.Prepare(mounts);
        var config = wanted.ToConfig(id, name, places.Mounts, parts.Containers, parts.Runtime.Gateway, network => parts.Runtime.Networks.Find(network)?.Id ?? network);
        try
        {
            await parts.Standalone.Create(
                new()
                {
                    Id = id,
                    Name = name,
                    CreatedAt = parts.Clock.GetUtcNow(),
                    Restart = wanted.Restart,
                    AutoRemove = wanted.AutoRemove,
                    Health = wanted.Health,
                    Request = new JsonObject { ["Config"] = body.DeepClone(), ["Mounts"] = places.Described.DeepClone(), ["Exposed"] = wanted.Exposed.ToJson(), ["Network"] = wanted.Network }.ToJsonString(),
                },
                config,
                request.Cancel).ConfigureAwait(false);
        }
        catch (NameTakenException taken)
        {
            parts.Mounts.RemoveAnonymous(places.Described);
            throw Conflict(taken);
        }
        catch
        {
            parts.Mounts.RemoveAnonymous(places.Described);
            throw;
        }

        parts.Mounts.Fill(id, mounts, places.Described);
        await request.AnswerAsync(new JsonObject { ["Id"] = id, ["Warnings"] = wanted.Warnings.ToJson() }, 201).ConfigureAwait(false);
    }

    public static DockerException Conflict(NameTakenException taken) => new(
        409,
        $"Conflict. The container name \"/{taken.Name}\" is already in use by container \"{taken.Id}\". You have to remove (or rename) that container to be able to reuse that name.",
        taken);

    public static bool IsName(string text) => NamePattern().IsMatch(text);

    private static string Familiar(string reference) => ImageReference.TryParse(reference)?.Familiar ?? reference;

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]+$")]
    private static partial Regex NamePattern();
}
