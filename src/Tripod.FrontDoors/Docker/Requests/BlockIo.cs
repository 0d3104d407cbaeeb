using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's Blkio fields as limits of block devices.</summary>
internal static class BlockIo
{
    private const long LeastWeight = 10, MostWeight = 1000;

    /// <param name="host">HostConfig.</param>
    /// <param name="features">What this machine can limit.</param>
    /// <param name="warnings">What is left out is said here.</param>
    /// <returns>Null where nothing is asked for.</returns>
    /// <exception cref="DockerException">400: a weight out of range, a device that is none.</exception>
    public static BlockIoLimits? Of(JsonObject host, CgroupFeatures features, ICollection<string> warnings)
    {
        var weight = host.Number("BlkioWeight");
        if (weight != 0 && weight is < LeastWeight or > MostWeight)
        {
            throw new DockerException(400, "Range of blkio weight is from 10 to 1000");
        }

        if (!features.BlockWeight && (weight != 0 || host.Objects("BlkioWeightDevice").Count > 0))
        {
            warnings.Add("Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
            weight = 0;
        }

        var limits = new BlockIoLimits
        {
            Weight = (int)weight,
            WeightDevices = !features.BlockWeight ? [] : Devices(host, "BlkioWeightDevice", "Weight"),
            ReadBytes = Devices(host, "BlkioDeviceReadBps", "Rate"),
            WriteBytes = Devices(host, "BlkioDeviceWriteBps", "Rate"),
            ReadOperations = Devices(host, "BlkioDeviceReadIOps", "Rate"),
            WriteOperations = Devices(host, "BlkioDeviceWriteIOps", "Rate"),
        };
        IReadOnlyList<DeviceAmount>[] lists = [limits.WeightDevices, limits.ReadBytes, limits.WriteBytes, limits.ReadOperations, limits.WriteOperations];
        return weight != 0 || Array.Exists(lists, list => list.Count > 0) ? limits : null;
    }

    private static IReadOnlyList<DeviceAmount> Devices(JsonObject host, string field, string amount) => [.. host.Objects(field).Select(entry =>
    {
        var path = entry.Text("Path");
        return HostDevices.IsBlockDevice(path)
            ? new DeviceAmount(path, entry.Number(amount))
            : throw new DockerException(400, $"{field}: {path} is no block device of this machine");
    })];
}
