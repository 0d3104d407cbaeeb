using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's VolumesFrom: another container's volumes and binds, at the same places.</summary>
internal static class VolumesFrom
{
    /// <exception cref="DockerException">No such container, or a mode that is none.</exception>
    public static IReadOnlyList<WantedMount> Of(JsonObject host, DockerParts parts) => [.. host.Texts("VolumesFrom").SelectMany(text => One(text, parts))];

    /// <summary><c>NAME[:ro|rw]</c>.</summary>
    private static IEnumerable<WantedMount> One(string text, DockerParts parts)
    {
        var (name, mode) = text.Split(':', 2) is [var first, var second] ? (first, second) : (text, "");
        foreach (var option in mode.Split(',', StringSplitOptions.RemoveEmptyEntries).Where(option => option is not ("ro" or "rw" or "z" or "Z" or "nocopy")))
        {
            throw new DockerException(400, $"invalid mode: {option}");
        }

        return new ContainerView(parts, parts.Containers.Get(name)).Mounts().Select(mount => new WantedMount(
            mount.Text("Type"),
            mount.Text("Type") == "volume" ? mount.Text("Name") : mount.Text("Source"),
            mount.Text("Destination"))
        {
            ReadOnly = mode.Split(',').Contains("ro") || !mount.Flag("RW"),
            Propagation = mount.Text("Propagation"),
            NoCopy = mode.Split(',').Contains("nocopy"),
        });
    }
}
