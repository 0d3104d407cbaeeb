using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Gives each wanted mount its place on disk: paths of the host's are looked for, volumes are made.</summary>
internal sealed class MountPlaces(string root)
{
    /// <returns>What the runtime mounts, and what <c>docker inspect</c> shows of it.</returns>
    /// <exception cref="DockerException">400: a path of the host's that is not there.</exception>
    public (IReadOnlyList<ContainerMount> Mounts, JsonArray Described) Prepare(IReadOnlyList<WantedMount> wanted, string imageId)
    {
        _ = imageId;
        var mounts = new List<ContainerMount>();
        var described = new JsonArray();
        foreach (var mount in wanted)
        {
            var (name, place) = mount.Type switch
            {
                "volume" => Volume(mount.Source),
                "bind" => ("", Bind(mount)),
                _ => ("", ""),
            };
            mounts.Add(mount.ToMount(place));
            if (mount.Type != "tmpfs")
            {
                described.Add((JsonNode)new JsonObject
                {
                    ["Type"] = mount.Type,
                    ["Name"] = name.Length > 0 ? name : null,
                    ["Source"] = place,
                    ["Destination"] = mount.Target,
                    ["Driver"] = name.Length > 0 ? "local" : null,
                    ["Mode"] = mount.ReadOnly ? "ro" : "",
                    ["RW"] = !mount.ReadOnly,
                    ["Propagation"] = mount.Type == "bind" ? mount.Propagation is { Length: > 0 } given ? given : "rprivate" : "",
                });
            }
        }

        return (mounts, described);
    }

    /// <summary>The volumes that were made for a container which is gone, and that nobody has named.</summary>
    public void RemoveAnonymous(JsonArray described)
    {
        foreach (var name in described.Select(mount => mount.Text("Name")).Where(name => name.Length == 64 && name.All(char.IsAsciiHexDigitLower)))
        {
            ContainerRuntime.RemoveTree(Path.Combine(root, "volumes", name));
        }
    }

    private (string Name, string Place) Volume(string source)
    {
        var name = source.Length > 0 ? source : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var place = Path.Combine(root, "volumes", name, "_data");
        Directory.CreateDirectory(place);
        return (name, place);
    }

    private static string Bind(WantedMount mount)
    {
        if (Path.Exists(mount.Source))
        {
            return mount.Source;
        }

        if (!mount.MakesSource)
        {
            throw new DockerException(400, $"invalid mount config for type \"bind\": bind source path does not exist: {mount.Source}");
        }

        Directory.CreateDirectory(mount.Source);
        return mount.Source;
    }
}
