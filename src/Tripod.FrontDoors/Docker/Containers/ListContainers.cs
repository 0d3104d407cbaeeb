using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker ps</c>: standalone containers, and those of pods under the names that the kubelet's Docker gave them.</summary>
internal sealed class ListContainers(DockerParts parts)
{
    private static readonly string[] Known =
    [
        "id", "name", "label", "exited", "status", "ancestor", "before", "since", "volume", "network", "publish", "expose", "health", "is-task", "isolation",
    ];

    public Task RunAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), Known);
        var limit = request.Number("limit") ?? 0;
        var all = request.Flag("all") || limit > 0 || filters.Has("status") || filters.Has("exited") || request.Query("before").Length > 0 || request.Query("since").Length > 0;
        var before = filters["before"].Select(parts.Containers.Get).FirstOrDefault();
        var since = filters["since"].Select(parts.Containers.Get).FirstOrDefault();
        var found = parts.Containers.All()
            .Where(known => all || known.IsRunning)
            .Where(known => Takes(filters, known))
            .Where(known => (before is null || known.Status.CreatedAt < before.Status.CreatedAt) && (since is null || known.Status.CreatedAt > since.Status.CreatedAt))
            .OrderByDescending(known => known.Status.CreatedAt)
            .Take(limit > 0 ? (int)limit : int.MaxValue);
        return request.AnswerAsync(new JsonArray([.. found.Select(known => (JsonNode)Row(known, request.Flag("size")))]));
    }

    private JsonObject Row(KnownContainer known, bool size)
    {
        var status = known.Status;
        var view = new ContainerView(parts, known);
        var row = new JsonObject
        {
            ["Id"] = known.Id,
            ["Names"] = new JsonArray((JsonNode)$"/{known.Name}"),
            ["Image"] = view.Image,
            ["ImageID"] = status.ImageId,
            ["Command"] = string.Join(' ', view.Command.Select(Quoted)),
            ["Created"] = status.CreatedAt.ToUnixTimeSeconds(),
            ["Ports"] = PortTexts.List(status.Ports, known.IsRunning ? view.Exposed : []),
            ["Labels"] = status.Config.Labels.ToJson(),
            ["State"] = DockerState.Word(known),
            ["Status"] = DockerState.Sentence(known, parts.Standalone.HealthOf(known.Id), parts.Clock.GetUtcNow()),
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = view.NetworkMode },
            ["NetworkSettings"] = new JsonObject { ["Networks"] = view.Networks() },
            ["Mounts"] = view.Mounts(),
        };
        if (size)
        {
            row["SizeRw"] = view.SizeRw();
            row["SizeRootFs"] = view.SizeRw() + (parts.Runtime.Images.Find(status.ImageId)?.Size ?? 0);
        }

        return row;
    }

    private bool Takes(Filters filters, KnownContainer known)
    {
        var view = new ContainerView(parts, known);
        return filters.Any("id", id => known.Id.StartsWith(id, StringComparison.Ordinal))
            && filters.Any("name", name => Matches(name, known.Name))
            && filters.Labels(known.Status.Config.Labels)
            && filters.Any("exited", code => DockerState.Word(known) == "exited" && code == known.Status.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture))
            && filters.Any("status", state => state == DockerState.Word(known) || IsState(state))
            && filters.Any("ancestor", image => IsOf(known, image))
            && filters.Any("volume", volume => view.Mounts().Any(mount => mount.Text("Name") == volume || mount.Text("Destination") == volume || mount.Text("Source") == volume))
            && filters.Any("network", network => view.Networks().ContainsKey(network))
            && filters.Any("publish", port => known.Status.Ports.Any(mapping => PortFilter.Takes(port, mapping.HostPort, mapping.Protocol)))
            && filters.Any("expose", port => view.Exposed.Concat(known.Status.Ports.Select(mapping => $"{mapping.ContainerPort}/{mapping.Protocol}")).Select(Requests.PortBindings.Parse).Any(exposed => PortFilter.Takes(port, exposed.Number, exposed.Protocol)))
            && filters.Any("health", health => health == (parts.Standalone.HealthOf(known.Id)?.Status ?? "none"))
            && filters.Any("is-task", task => task is "false" or "0");
    }

    /// <exception cref="DockerException">400 for a word that is no state.</exception>
    private static bool IsState(string state) => state is "created" or "restarting" or "running" or "removing" or "paused" or "exited" or "dead"
        ? false
        : throw new DockerException(400, $"invalid filter 'status={state}'");

    /// <summary>A regular expression, found anywhere in the name, slash or no slash before it.</summary>
    private static bool Matches(string pattern, string name)
    {
        try
        {
            var regex = new System.Text.RegularExpressions.Regex(pattern, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
            return regex.IsMatch(name) || regex.IsMatch($"/{name}");
        }
        catch (ArgumentException)
        {
            return name.Contains(pattern, StringComparison.Ordinal);
        }
    }

    private bool IsOf(KnownContainer known, string image)
    {
        var status = known.Status;
        var id = image.StartsWith("sha256:", StringComparison.Ordinal) ? image : $"sha256:{image}";
        return status.ImageId.StartsWith(id, StringComparison.Ordinal)
            || parts.Runtime.Images.Find(image)?.Id == status.ImageId
            || (parts.Runtime.Images.Find(image) is { Layers.Count: > 0 } ancestor && parts.Runtime.Images.Find(status.ImageId)?.Layers.Take(ancestor.Layers.Count).SequenceEqual(ancestor.Layers) == true)
            || ImageReference.Shorten(new ContainerView(parts, known).Image) == image;
    }

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument;
}
