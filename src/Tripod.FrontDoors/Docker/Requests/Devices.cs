using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's Devices; a privileged container has all that the machine has.</summary>
internal static class Devices
{
    /// <exception cref="DockerException">A device that is not there.</exception>
    public static IReadOnlyList<ContainerDevice> Of(JsonObject host)
    {
        var asked = host.Objects("Devices").SelectMany(One).ToList();
        return host.Flag("Privileged") ? [.. asked, .. HostDevices.All().Where(device => !asked.Exists(own => own.ContainerPath == device.ContainerPath))] : asked;
    }

    private static IReadOnlyList<ContainerDevice> One(JsonObject device)
    {
        var path = device.Text("PathOnHost");
        var target = device.Text("PathInContainer") is { Length: > 0 } given ? given : path;
        var found = HostDevices.At(path, target, device.Text("CgroupPermissions") is { Length: > 0 } rights ? rights : "rwm");
        return found.Count > 0 ? found : throw new DockerException(400, $"error gathering device information while adding custom device \"{path}\": no such file or directory");
    }
}
