using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker commit</c>, <c>docker diff</c> and <c>docker export</c>: what a container has made of its image.</summary>
internal sealed class CommitContainer(DockerParts parts)
{
    public async Task CommitAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Query("container"));
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var name = request.Query("repo").Length == 0 ? null : request.Query("tag").Length == 0 ? request.Query("repo") : $"{request.Query("repo")}:{request.Query("tag")}";
        if (name is not null && ImageReference.TryParse(name) is null)
        {
            throw new DockerException(400, $"invalid reference format: {name}");
        }

        // Held still meanwhile, so that no file is caught half written.
        var pause = known.IsRunning && !known.Status.Paused && request.Query("pause") is not ("0" or "false");
        if (pause)
        {
            await parts.Runtime.PauseContainer(known.Id, request.Cancel).ConfigureAwait(false);
        }

        try
        {
            var pipe = new Pipe();
            var packing = PackAsync(known.Id, pipe.Writer, request.Cancel);
            var image = await parts.Runtime.Images.Compose(
                pipe.Reader.AsStream(), known.Status.ImageId, config => Configure(config, known, body, request.Queries("changes")),
                request.Query("comment"), request.Query("author"), name, request.Cancel).ConfigureAwait(false);
            await packing.ConfigureAwait(false);
            parts.Events.Container(known.Id, "commit");
            await request.AnswerAsync(new JsonObject { ["Id"] = image.Id }, 201).ConfigureAwait(false);
        }
        finally
        {
            if (pause)
            {
                await parts.Runtime.UnpauseContainer(known.Id, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    public Task ChangesAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var changes = parts.Runtime.Changes(known.Id).Select(change => (JsonNode)new JsonObject { ["Path"] = change.Path, ["Kind"] = (int)change.Kind });
        return request.AnswerAsync(new JsonArray([.. changes]));
    }

    public async Task ExportAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        request.Http.Response.ContentType = "application/x-tar";
        await parts.Runtime.PackRootfs(known.Id, request.Http.Response.Body, request.Cancel).ConfigureAwait(false);
        parts.Events.Container(known.Id, "export");
    }

    private async Task PackAsync(string id, PipeWriter writer, CancellationToken cancel)
    {
        try
        {
            await parts.Runtime.PackLayer(id, writer.AsStream(leaveOpen: true), cancel).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await writer.CompleteAsync(failure).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The container's own choices stay in the image, then come the changes.</summary>
    private void Configure(JsonObject document, KnownContainer known, JsonObject body, IReadOnlyList<string> changes)
    {
        var config = document["config"]!.AsObject();
        var asked = body.Count > 0 ? body : new ContainerView(parts, known).Config;
        foreach (var field in (string[])["Cmd", "Entrypoint", "User", "WorkingDir", "ExposedPorts", "Volumes", "StopSignal", "Healthcheck"])
        {
            if (asked[field] is JsonArray { Count: > 0 } or JsonObject { Count: > 0 } || asked[field] is JsonValue && asked.Text(field).Length > 0)
            {
                config[field] = asked[field]!.DeepClone();
            }
        }

        var labels = config.Map("Labels");
        foreach (var (key, value) in asked.Map("Labels"))
        {
            labels[key] = value;
        }

        config["Labels"] = labels.ToJson();
        ImageChanges.Apply(config, asked.Texts("Env").Where(variable => variable.Contains('=', StringComparison.Ordinal)).Select(variable => $"ENV {variable.Split('=', 2)[0]}=\"{variable.Split('=', 2)[1]}\""));
        ImageChanges.Apply(config, changes);
    }
}
