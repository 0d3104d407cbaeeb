using Tripod.FrontDoors.Cri.Devices;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Sandboxes;
using Tripod.Runtime;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Sandboxes;
using Tripod.Runtime.Users;
using ContainerConfig = Tripod.Runtime.Containers.ContainerConfig;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>A ContainerConfig as the runtime's.</summary>
internal sealed class ContainerRequests(CriParts parts)
{
    /// <exception cref="RuntimeException">InvalidArgument: what cannot be, or is not done here; NotFound: an image.</exception>
    public ContainerConfig Of(Protocol.ContainerConfig config, SandboxStatus sandbox)
    {
        var metadata = config.Metadata is { Name.Length: > 0 } named ? named : throw Invalid("the metadata of a container needs a name");
        var security = config.Linux?.SecurityContext ?? new();
        var image = Image(config.Image?.Image ?? "");
        UserNamespaceMessages.RequireSame(security.NamespaceOptions, sandbox.Config.Users);
        return new CdiFolders(parts.Options.CdiSpecDirs).Apply(Plain(config, metadata, security, image, sandbox), CdiName.Of(config.CDIDevices.Select(device => device.Name), config.Annotations));
    }

    private ContainerConfig Plain(Protocol.ContainerConfig config, ContainerMetadata metadata, LinuxContainerSecurityContext security, ImageRecord image, SandboxStatus sandbox) => new()
    {
        Name = metadata.Name,
        Attempt = (int)metadata.Attempt,
        Image = image.Id,
        Command = [.. config.Command],
        Args = [.. config.Args],
        WorkingDir = config.WorkingDir,
        Env = [.. config.Envs.Select(variable => new KeyValuePair<string, string>(variable.Key, variable.Value))],
        Mounts = [.. config.Mounts.Select(mount => Mount(mount, sandbox.Config.Users))],
        VolumeImages = [.. config.Mounts.Where(mount => mount.Image is { Image.Length: > 0 }).Select(mount => Image(mount.Image.Image).Id)],
        Devices = [.. config.Devices.SelectMany(Devices), .. security.Privileged ? HostDevices.All() : []],
        Labels = config.Labels.ToDictionary(),
        Annotations = config.Annotations.ToDictionary(),
        LogPath = config.LogPath,
        Stdin = config.Stdin,
        StdinOnce = config.StdinOnce,
        Tty = config.Tty,
        Resources = ResourceMessages.Of(config.Linux?.Resources, CgroupFeatures.LimitHugepages),
        Security = SecurityRequests.Of(security),
        StopSignal = Signals.Name(config.StopSignal),
        Pid = Pid(security.NamespaceOptions, sandbox),
    };

    private ImageRecord Image(string reference) =>
        parts.Runtime.Images.Find(reference) ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"image {reference} is not present: pull it first");

    private ContainerMount Mount(Mount mount, UserMappings? users)
    {
        if (!mount.ContainerPath.StartsWith('/'))
        {
            throw Invalid($"mounts: {mount.ContainerPath} is no absolute path");
        }

        var mapped = UserNamespaceMessages.IsMapped(mount, users);
        if (mount.Image is { Image.Length: > 0 } image)
        {
            return mount.HostPath.Length > 0 ? throw Invalid($"mounts: {mount.ContainerPath}: an image and a host path exclude each other")
                : !mount.Readonly ? throw Invalid($"mounts: {mount.ContainerPath}: an image is mounted readonly only")
                : new("", mount.ContainerPath, ReadOnly: true) { Image = Image(image.Image).Id, ImageSubPath = mount.ImageSubPath };
        }

        if (mount.RecursiveReadOnly && (!mount.Readonly || mount.Propagation != MountPropagation.PropagationPrivate))
        {
            throw Invalid($"mounts: {mount.ContainerPath}: recursive_read_only needs readonly and a private propagation");
        }

        Make(mount);
        return new(
            mount.HostPath,
            mount.ContainerPath,
            mount.Readonly,
            mount.Propagation switch { MountPropagation.PropagationBidirectional => "bidirectional", MountPropagation.PropagationHostToContainer => "host-to-container", _ => "private" },
            mount.RecursiveReadOnly)
        { IdMapped = mapped };
    }

    /// <summary>A host path that is not there becomes a folder, as pods with a hostPath of no type expect of every runtime.</summary>
    private static void Make(Mount mount)
    {
        if (!mount.HostPath.StartsWith('/'))
        {
            throw Invalid($"mounts: {mount.ContainerPath}: host path {mount.HostPath} is no absolute path");
        }

        try
        {
            if (!Path.Exists(mount.HostPath))
            {
                Directory.CreateDirectory(mount.HostPath, (UnixFileMode)0x1ED); // 0755
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"mounts: {mount.ContainerPath}: host path {mount.HostPath} is not there and cannot be made: {failure.Message}");
        }
    }

    private static IReadOnlyList<ContainerDevice> Devices(Device device)
    {
        var found = HostDevices.At(device.HostPath, device.ContainerPath.Length > 0 ? device.ContainerPath : device.HostPath, device.Permissions.Length > 0 ? device.Permissions : "rwm");
        return found.Count > 0 ? found : throw Invalid($"devices: {device.HostPath} is no device of this machine");
    }

    /// <summary>Null where it is what the sandbox's containers have.</summary>
    private NamespaceChoice? Pid(NamespaceOption? asked, SandboxStatus sandbox) => asked?.Pid switch
    {
        null => null,
        NamespaceMode.Target => new NamespaceChoice.Join(Target(asked.TargetId, sandbox)),
        NamespaceMode.Container => NamespaceChoice.Private,
        NamespaceMode.Node => NamespaceChoice.OfHost,
        _ => new NamespaceChoice.Join(sandbox.Id),
    };

    private string Target(string id, SandboxStatus sandbox) => parts.Lookup.FindContainer(id) is { } target && target.SandboxId == sandbox.Id
        ? target.Id
        : throw Invalid($"target_id: {id} is no container of this sandbox");

    private static RuntimeException Invalid(string message) => new(RuntimeErrorKind.InvalidArgument, message);
}
