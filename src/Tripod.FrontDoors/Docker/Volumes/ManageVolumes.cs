using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Volumes;

namespace Tripod.FrontDoors.Docker.Volumes;

/// <summary><c>docker volume create | ls | inspect | rm | prune</c>: translated onto the runtime's volumes.</summary>
internal sealed class ManageVolumes(DockerParts parts)
{
    private static readonly string[] ListFilters = ["name", "label", "driver", "dangling"], PruneFilters = ["label", "label!", "all"];

    private VolumeStore Volumes => parts.Runtime.Volumes;

    public Task ListAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), ListFilters);
        var found = Volumes.All
            .Where(volume => filters.Any("name", name => volume.Name.Contains(name, StringComparison.Ordinal)) && filters.Labels(volume.Labels) && filters.Any("driver", driver => driver == "local"))
            .Where(volume => filters.Flag("dangling") is not { } dangling || dangling == (Volumes.UsersOf(volume.Name).Count == 0))
            .OrderBy(volume => volume.Name, StringComparer.Ordinal);
        return request.AnswerAsync(new JsonObject { ["Volumes"] = new JsonArray([.. found.Select(volume => (JsonNode)Json(volume))]), ["Warnings"] = null });
    }

    public async Task CreateAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        if (body.Text("Driver") is not ("" or "local"))
        {
            throw new DockerException(404, $"error looking up volume plugin {body.Text("Driver")}: plugin \"{body.Text("Driver")}\" not found: tripod has the driver local");
        }

        var name = body.Text("Name") is { Length: > 0 } given ? given : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var isNew = Volumes.Find(name) is null;
        var volume = Volumes.Create(new()
        {
            Name = name,
            CreatedAt = default,
            Labels = body.Map("Labels"),
            Options = body.Map("DriverOpts"),
            Anonymous = body.Text("Name").Length == 0,
        });
        if (isNew)
        {
            Say("create", name);
        }

        await request.AnswerAsync(Json(volume), 201).ConfigureAwait(false);
    }

    public Task InspectAsync(DockerRequest request) =>
        request.AnswerAsync(Json(Volumes.Find(request.Name) ?? throw new DockerException(404, $"get {request.Name}: no such volume")));

    public Task RemoveAsync(DockerRequest request)
    {
        if (Volumes.Find(request.Name) is not null || !request.Flag("force"))
        {
            Volumes.Remove(request.Name);
            Say("destroy", request.Name);
        }

        return request.AnswerAsync(204);
    }

    /// <summary>Volumes that nobody uses and nobody has named; with <c>all</c> the named ones too.</summary>
    public Task PruneAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), PruneFilters);
        var removed = new JsonArray();
        long freed = 0;
        foreach (var volume in Volumes.All.Where(volume => volume.Anonymous || filters.Flag("all") == true).ToList())
        {
            if (filters.Labels(volume.Labels) && filters.NoLabels(volume.Labels) && Volumes.UsersOf(volume.Name).Count == 0)
            {
                freed += Size(volume);
                Volumes.Remove(volume.Name);
                Say("destroy", volume.Name);
                removed.Add((JsonNode)volume.Name);
            }
        }

        return request.AnswerAsync(new JsonObject { ["VolumesDeleted"] = removed, ["SpaceReclaimed"] = freed });
    }

    public JsonObject Json(VolumeRecord volume) => new()
    {
        ["Name"] = volume.Name,
        ["Driver"] = "local",
        ["Mountpoint"] = Volumes.PlaceOf(volume.Name),
        ["CreatedAt"] = DockerTime.Text(volume.CreatedAt),
        ["Labels"] = volume.Anonymous ? new Dictionary<string, string>(volume.Labels) { ["com.docker.volume.anonymous"] = "" }.ToJson() : volume.Labels.ToJson(),
        ["Options"] = volume.Options.Count > 0 ? volume.Options.ToJson() : null,
        ["Scope"] = "local",
    };

    /// <summary>Bytes of its files.</summary>
    public long Size(VolumeRecord volume) =>
        new DirectoryInfo(Volumes.PlaceOf(volume.Name)) is { Exists: true } place
            ? place.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true }).Sum(file => file.Length)
            : 0;

    private void Say(string action, string name) => parts.Events.Say("volume", action, name, new Dictionary<string, string> { ["driver"] = "local" });
}
