using System.Globalization;
using k8s.Models;
using Tripod.Pods.Status;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;

namespace Tripod.Pods.Starting;

/// <summary>What the runtime is asked for, for one container of a pod.</summary>
internal sealed class ContainerConfigs(ContainerEnvironment environment, ContainerMounts mounts, TerminationMessages messages, PodEngineOptions options)
{
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
            Mounts = [.. mounts.Of(pod, container, values), messages.Mount(pod, container, attempt)],
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
            Resources = Resources.Of(pod.Spec, container, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
            Security = security,
            StopSignal = container.Lifecycle?.StopSignal ?? "",
        };
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
