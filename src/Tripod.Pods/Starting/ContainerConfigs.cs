using System.Globalization;
using k8s.Models;
using Tripod.Pods.Status;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;

namespace Tripod.Pods.Starting;

/// <summary>What the runtime is asked for, for one container of a pod.</summary>
internal sealed class ContainerConfigs(ContainerEnvironment environment, ContainerMounts mounts, TerminationMessages messages, PodEngineOptions options)
{
    /// <summary>
    /// Where the kernel can, it kills a container's processes together, so that no half of it lives on (kubelet:
    /// singleProcessOOMKill), and keeps pods out of swap (kubelet: memorySwap.swapBehavior NoSwap).
    /// </summary>
    private static readonly Lazy<IReadOnlyDictionary<string, string>> OfVersion2 = new(() =>
    {
        var files = new Dictionary<string, string>();
        if (CgroupFeatures.Detect().Version == 2)
        {
            files["memory.oom.group"] = "1";
        }

        if (CgroupFeatures.LimitSwap)
        {
            files["memory.swap.max"] = "0";
        }

        return files;
    });

    /// <exception cref="ContainerProblem">CreateContainerConfigError.</exception>
    public ContainerConfig Of(PodView pod, PodContainer one, ImageRecord image, IReadOnlyList<string> volumeImages, int attempt, int inARow)
    {
        var container = one.Spec;
        var values = environment.Of(pod, one);
        RefuseRoot(pod, container, image);
        var security = Security.Of(pod.Spec, container, options.Root);
        return new()
        {
            Name = container.Name,
            Attempt = attempt,
            Image = image.Id,
            Command = [.. (container.Command ?? []).Select(part => Expansion.Expand(part, values))],
            Args = [.. (container.Args ?? []).Select(part => Expansion.Expand(part, values))],
            WorkingDir = container.WorkingDir ?? "",
            Env = [.. values],
            Mounts = Shown(pod, [.. mounts.Of(pod, container, values), messages.Mount(pod, container, attempt)], container),
            Devices = [.. mounts.Devices(pod, container), .. security.Privileged ? HostDevices.All() : []],
            VolumeImages = volumeImages,
            Labels = LabelsOf(pod, container.Name),
            Annotations = new Dictionary<string, string>
            {
                [Labels.SpecImage] = container.Image,
                [Labels.ImageDigest] = image.RepoDigests is [var digest, ..] ? digest : image.Id,
                [Labels.Restarts] = inARow.ToString(CultureInfo.InvariantCulture),
            },
            LogPath = $"{container.Name}/{attempt}.log",
            LogSizeMax = options.ContainerLogMaxSize,
            LogFilesMax = options.ContainerLogMaxFiles,
            Stdin = container.Stdin ?? false,
            StdinOnce = container.StdinOnce ?? false,
            Tty = container.Tty ?? false,
            Resources = Resources.Of(pod.Spec, one, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) with { Unified = OfVersion2.Value },
            Security = security,
            StopSignal = container.Lifecycle?.StopSignal is { Length: > 0 } signal ? signal : image.Config.StopSignal,
        };
    }

    /// <summary>In a user namespace of the pod's own files keep their ids; an image's are shown so already.</summary>
    private static IReadOnlyList<ContainerMount> Shown(PodView pod, IReadOnlyList<ContainerMount> mounts, V1Container container)
    {
        if (pod.Spec.HostUsers != false)
        {
            return mounts;
        }

        var images = (container.VolumeMounts ?? []).Where(mount => pod.Spec.Volumes?.Any(volume => volume.Name == mount.Name && volume.Image is not null) == true).Select(mount => mount.MountPath).ToHashSet();
        return [.. mounts.Select(mount => images.Contains(mount.ContainerPath) ? mount : mount with { IdMapped = true })];
    }

    public static Dictionary<string, string> LabelsOf(PodView pod, string? container)
    {
        var labels = new Dictionary<string, string>(pod.Object.Metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [Labels.PodName] = pod.Name,
            [Labels.PodNamespace] = pod.Namespace,
            [Labels.PodUid] = pod.Uid,
            [Labels.Owner] = Labels.OwnerValue,
        };
        if (container is not null)
        {
            labels[Labels.ContainerName] = container;
        }

        return labels;
    }

    private static void RefuseRoot(PodView pod, V1Container container, ImageRecord image)
    {
        var own = container.SecurityContext;
        var shared = pod.Spec.SecurityContext;
        if ((own?.RunAsNonRoot ?? shared?.RunAsNonRoot) != true)
        {
            return;
        }

        var user = own?.RunAsUser ?? shared?.RunAsUser;
        var named = image.Config.User.Split(':')[0];
        if (user == 0)
        {
            throw Problem($"container's runAsUser breaks non-root policy (pod: \"{pod.Described}\", container: {container.Name})");
        }

        if (user is null && named is "" or "0" or "root")
        {
            throw Problem($"container has runAsNonRoot and image will run as root (pod: \"{pod.Described}\", container: {container.Name})");
        }

        if (user is null && !long.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw Problem($"container has runAsNonRoot and image has non-numeric user ({named}), cannot verify user is non-root (pod: \"{pod.Described}\", container: {container.Name})");
        }
    }

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}
