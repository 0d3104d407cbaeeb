using k8s.Models;
using Tripod.Pods.Volumes;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's volumeMounts and its hosts file, as mounts from the host.</summary>
internal sealed class ContainerMounts(PodVolumes volumes)
{
    public IReadOnlyList<ContainerMount> Of(PodView pod, V1Container container)
    {
        var mounts = (container.VolumeMounts ?? []).Select(mount => Of(pod, mount)).ToList();
        if (!mounts.Exists(mount => mount.ContainerPath == "/etc/hosts"))
        {
            mounts.Add(new(HostsFile.PathOf(volumes, pod), "/etc/hosts"));
        }

        return mounts;
    }

    private ContainerMount Of(PodView pod, V1VolumeMount mount)
    {
        var volume = pod.Spec.Volumes?.FirstOrDefault(found => found.Name == mount.Name)
            ?? throw Problem($"volume {mount.Name} of mount {mount.MountPath} is not in spec.volumes");
        if (mount.SubPath is { Length: > 0 } || mount.SubPathExpr is { Length: > 0 })
        {
            throw Problem($"subPath of mount {mount.MountPath} is not served: mount the whole volume, or give a configMap volume items");
        }

        var (path, readOnly) = volumes.Locate(pod, volume);
        return new(path, Absolute(mount.MountPath), readOnly || mount.ReadOnlyProperty == true, mount.MountPropagation switch
        {
            "HostToContainer" => "host-to-container",
            "Bidirectional" => "bidirectional",
            _ => "private",
        }, mount.RecursiveReadOnly is "Enabled" or "IfPossible");
    }

    private static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}
