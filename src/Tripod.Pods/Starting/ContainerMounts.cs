using k8s.Models;
using Tripod.Pods.Volumes;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's volumeMounts, volumeDevices and hosts file, as mounts and devices from the host. Called by <see cref="ContainerConfigs"/>.</summary>
internal sealed class ContainerMounts(PodVolumes volumes)
{
    private readonly SubPaths subPaths = new(volumes);

    /// <param name="environment">What subPathExpr may refer to.</param>
    /// <exception cref="ContainerProblem">CreateContainerConfigError.</exception>
    public IReadOnlyList<ContainerMount> Of(PodView pod, V1Container container, IReadOnlyDictionary<string, string> environment)
    {
        var mounts = (container.VolumeMounts ?? []).Select((mount, index) => Of(pod, container, mount, index, environment)).ToList();
        if (!mounts.Exists(mount => mount.ContainerPath == "/etc/hosts"))
        {
            mounts.Add(new(HostsFile.PathOf(volumes, pod), "/etc/hosts"));
        }

        return mounts;
    }

    /// <exception cref="ContainerProblem">CreateContainerConfigError.</exception>
    public IReadOnlyList<ContainerDevice> Devices(PodView pod, V1Container container) => [.. (container.VolumeDevices ?? []).Select(device =>
    {
        var volume = VolumeOf(pod, device.Name);
        Expect(pod, volume, isBlock: true);
        var (path, readOnly) = Locate(pod, volume);
        return new ContainerDevice(path, device.DevicePath, readOnly ? "r" : "rwm");
    })];

    private ContainerMount Of(PodView pod, V1Container container, V1VolumeMount mount, int index, IReadOnlyDictionary<string, string> environment)
    {
        var volume = VolumeOf(pod, mount.Name);
        Expect(pod, volume, isBlock: false);
        var (path, always) = Locate(pod, volume);
        var readOnly = always || mount.ReadOnlyProperty == true || volume.PersistentVolumeClaim?.ReadOnlyProperty == true;
        if (SubPathOf(mount, environment) is { Length: > 0 } subPath)
        {
            path = Prepared(() => subPaths.Prepare(pod, (volume.Name, path), subPath, (container.Name, index)));
        }

        return new(path, Absolute(mount.MountPath), readOnly, mount.MountPropagation switch
        {
            "HostToContainer" => "host-to-container",
            "Bidirectional" => "bidirectional",
            _ => "private",
        }, readOnly && (mount.RecursiveReadOnly is "Enabled" or "IfPossible"));
    }

    private static string? SubPathOf(V1VolumeMount mount, IReadOnlyDictionary<string, string> environment)
    {
        if (mount.SubPathExpr is not { Length: > 0 } expression)
        {
            return mount.SubPath;
        }

        var expanded = Expansion.Expand(expression, environment);
        return expanded.Contains("$(", StringComparison.Ordinal) ? throw Problem($"cannot expand subPathExpr {expression} of mount {mount.MountPath}: a variable is missing")
            : expanded.StartsWith('/') || expanded.Split('/').Contains("..") ? throw Problem($"subPathExpr {expression} of mount {mount.MountPath} must stay in the volume, but is {expanded}")
            : expanded;
    }

    private static V1Volume VolumeOf(PodView pod, string name) =>
        pod.Spec.Volumes?.FirstOrDefault(found => found.Name == name) ?? throw Problem($"volume {name} is not in spec.volumes");

    private (string Path, bool ReadOnly) Locate(PodView pod, V1Volume volume) => Prepared(() => volumes.Locate(pod, volume));

    private void Expect(PodView pod, V1Volume volume, bool isBlock)
    {
        if (Prepared(() => volumes.IsBlock(pod, volume)) != isBlock)
        {
            throw Problem(isBlock
                ? $"volume {volume.Name} has volumeMode Filesystem, but is specified in volumeDevices"
                : $"volume {volume.Name} has volumeMode Block, but is specified in volumeMounts");
        }
    }

    private static T Prepared<T>(Func<T> prepare)
    {
        try
        {
            return prepare();
        }
        catch (VolumeException failure)
        {
            throw Problem(failure.Message);
        }
    }

    private static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}
