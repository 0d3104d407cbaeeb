using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Gives each wanted mount its place on disk: paths of the host's are looked for, volumes are made.</summary>
internal sealed class MountPlaces(ContainerRuntime runtime)
{
    /// <returns>What the runtime mounts, and what <c>docker inspect</c> shows of it.</returns>
    /// <exception cref="DockerException">400: a path of the host's that is not there.</exception>
    public (IReadOnlyList<ContainerMount> Mounts, JsonArray Described) Prepare(IReadOnlyList<WantedMount> wanted)
    {
        var mounts = new List<ContainerMount>();
        var described = new JsonArray();
        foreach (var mount in wanted)
        {
            var (name, place) = mount.Type switch
            {
                "volume" => Volume(mount),
                "bind" => ("", Bind(mount)),
                _ => ("", ""),
            };
            mounts.Add(mount.ToMount(place));
            if (mount.Type != "tmpfs")
            {
                described.Add((JsonNode)Describe(mount, name, place));
            }
        }

        return (mounts, described);
    }

    /// <summary>Once the container's root file system is there: empty volumes take over what the image has at their place.</summary>
    public void Fill(string containerId, IReadOnlyList<WantedMount> wanted, JsonArray described)
    {
        foreach (var mount in wanted.Where(mount => mount is { Type: "volume", NoCopy: false, Subpath.Length: 0 }))
        {
            if (described.FirstOrDefault(place => place.Text("Destination") == mount.Target).Text("Name") is { Length: > 0 } name)
            {
                runtime.FillVolume(name, containerId, mount.Target);
            }
        }
    }

    /// <summary>The volumes that were made for a container which is gone, and that nobody has named.</summary>
    public void RemoveAnonymous(JsonArray described)
    {
        foreach (var name in described.Select(mount => mount.Text("Name")).Where(name => runtime.Volumes.Find(name) is { Anonymous: true } && runtime.Volumes.UsersOf(name).Count == 0))
        {
            runtime.Volumes.Remove(name);
        }
    }

    private static JsonObject Describe(WantedMount mount, string name, string place)
    {
        var described = new JsonObject { ["Type"] = mount.Type };
        if (name.Length > 0)
        {
            described["Name"] = name;
            described["Driver"] = "local";
        }

        described["Source"] = place;
        described["Destination"] = mount.Target;
        described["Mode"] = mount.ReadOnly ? "ro" : mount.Type == "volume" ? "z" : "";
        described["RW"] = !mount.ReadOnly;
        described["Propagation"] = mount.Type == "bind" ? mount.Propagation is { Length: > 0 } given ? given : "rprivate" : "";
        return described;
    }

    private (string Name, string Place) Volume(WantedMount mount)
    {
        var name = mount.Source.Length > 0 ? mount.Source : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        if (mount.Driver is not ("" or "local"))
        {
            throw new DockerException(400, $"error looking up volume plugin {mount.Driver}: plugin \"{mount.Driver}\" not found: tripod has the driver local");
        }

        runtime.Volumes.Create(new() { Name = name, CreatedAt = default, Labels = mount.Labels, Options = mount.DriverOptions, Anonymous = mount.Source.Length == 0 });
        runtime.Volumes.Mount(name);
        var place = runtime.Volumes.PlaceOf(name);
        return mount.Subpath.Length == 0 ? (name, place)
            : mount.Subpath.Split('/').Any(part => part is "..") || !Directory.Exists(Path.Combine(place, mount.Subpath)) ? throw new DockerException(400, $"cannot access path {mount.Subpath} in volume {name}: no such directory")
            : (name, Path.Combine(place, mount.Subpath));
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
