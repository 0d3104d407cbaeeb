using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Sandboxes;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Users;
using ContainerState = Tripod.FrontDoors.Cri.Protocol.ContainerState;
using ContainerStatus = Tripod.FrontDoors.Cri.Protocol.ContainerStatus;
using RuntimeStatus = Tripod.Runtime.Containers.ContainerStatus;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>A container as the CRI shows it. An image has one identifier in every message: the digest of its config.</summary>
internal sealed class ContainerMessages(Runtime.Images.ImageService images)
{
    public Container Row(RuntimeStatus container)
    {
        var image = images.Find(container.ImageId);
        return new()
        {
            Id = container.Id,
            PodSandboxId = container.SandboxId ?? "",
            Metadata = Metadata(container.Config),
            Image = Spec(image, container),
            ImageRef = container.ImageId,
            ImageId = container.ImageId,
            State = State(container),
            CreatedAt = CriParts.Nanoseconds(container.CreatedAt),
            Labels = { container.Config.Labels.ToDictionary() },
            Annotations = { container.Config.Annotations.ToDictionary() },
        };
    }

    public ContainerStatus Status(RuntimeStatus container, UserMappings? users = null)
    {
        var image = images.Find(container.ImageId);
        var config = container.Config;
        var status = new ContainerStatus
        {
            Id = container.Id,
            Metadata = Metadata(config),
            State = State(container),
            CreatedAt = CriParts.Nanoseconds(container.CreatedAt),
            StartedAt = CriParts.Nanoseconds(container.StartedAt),
            FinishedAt = CriParts.Nanoseconds(container.FinishedAt),
            ExitCode = container.ExitCode,
            Image = Spec(image, container),
            ImageRef = image?.RepoDigests.FirstOrDefault() ?? container.ImageId,
            ImageId = container.ImageId,
            Reason = container.Reason,
            Message = container.Message,
            Labels = { config.Labels.ToDictionary() },
            Annotations = { config.Annotations.ToDictionary() },
            Mounts = { config.Mounts.Where(mount => mount.Written is null).Select(mount => Mount(mount, users)) },
            LogPath = container.LogPath,
            Resources = new() { Linux = ResourceMessages.Shown(config.Resources) },
            StopSignal = Signals.Of(config.StopSignal.Length > 0 ? config.StopSignal : image?.Config.StopSignal ?? ""),
        };
        if (container.User is { } user)
        {
            status.User = new() { Linux = new() { Uid = user.Uid, Gid = user.Gid, SupplementalGroups = { user.Groups } } };
        }

        return status;
    }

    public static ContainerMetadata Metadata(Runtime.Containers.ContainerConfig config) => new() { Name = config.Name, Attempt = (uint)config.Attempt };

    public static bool Matches(RuntimeStatus container, ContainerFilter? filter) => filter is null
        || (container.Id.StartsWith(filter.Id, StringComparison.Ordinal)
            && (filter.State is null || filter.State.State == State(container))
            && container.SandboxId!.StartsWith(filter.PodSandboxId, StringComparison.Ordinal)
            && CriLookup.Selects(filter.LabelSelector, container.Config.Labels));

    private static ImageSpec Spec(ImageRecord? image, RuntimeStatus container) => new() { Image = image?.RepoTags.FirstOrDefault() ?? image?.RepoDigests.FirstOrDefault() ?? container.ImageId };

    private static ContainerState State(RuntimeStatus container) => container.State switch
    {
        Runtime.Containers.ContainerState.Created => ContainerState.ContainerCreated,
        Runtime.Containers.ContainerState.Running => ContainerState.ContainerRunning,
        Runtime.Containers.ContainerState.Exited => ContainerState.ContainerExited,
        _ => ContainerState.ContainerUnknown,
    };

    private static Mount Mount(ContainerMount mount, UserMappings? users)
    {
        var shown = new Mount
        {
            ContainerPath = mount.ContainerPath,
            HostPath = mount.HostPath,
            Readonly = mount.ReadOnly,
            RecursiveReadOnly = mount.RecursiveReadOnly,
            Propagation = mount.Propagation switch { "bidirectional" => MountPropagation.PropagationBidirectional, "host-to-container" => MountPropagation.PropagationHostToContainer, _ => MountPropagation.PropagationPrivate },
        };
        if (mount.IdMapped && users is not null)
        {
            shown.UidMappings.AddRange(UserNamespaceMessages.Messages(users.Uids));
            shown.GidMappings.AddRange(UserNamespaceMessages.Messages(users.Gids));
        }

        if (mount.Image.Length > 0)
        {
            (shown.Image, shown.ImageSubPath) = (new() { Image = mount.Image, ImageRef = mount.Image }, mount.ImageSubPath);
        }

        return shown;
    }
}
