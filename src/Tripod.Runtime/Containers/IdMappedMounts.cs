using System.Globalization;
using Tripod.Linux;
using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>
/// The mounts of a container whose sandbox has a user namespace of its own: each is shown under the namespace's ids at a
/// place in the container's bundle, and bound from there. So any OCI runtime will do, and what cannot be shown is told.
/// </summary>
internal static class IdMappedMounts
{
    /// <summary>Made ready by <see cref="Prepare"/>, for the mount of that number.</summary>
    public static string PlaceOf(RuntimePaths paths, string containerId, int mount) => Path.Combine(paths.Bundle(containerId), "mounts", mount.ToString(CultureInfo.InvariantCulture));

    /// <summary>Asked again it makes them anew: what stands at their sources may be something else by now.</summary>
    /// <exception cref="RuntimeException">A mount's file system cannot be id-mapped.</exception>
    public static void Prepare(RuntimeParts parts, ContainerRecord record, FileDescriptor users)
    {
        for (var index = 0; index < record.Config.Mounts.Count; index++)
        {
            var mount = record.Config.Mounts[index];
            if (mount is not { IdMapped: true, HostPath.Length: > 0 })
            {
                continue;
            }

            var place = PlaceOf(parts.Paths, record.Id, index);
            MakePlace(place, Directory.Exists(mount.HostPath));
            try
            {
                IdMappedMount.Bind(mount.HostPath, place, users, withMountsBelow: !mount.NonRecursive);
            }
            catch (LinuxException failure) when (failure is { Operation: "mount_setattr" })
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition,
                    $"mount {mount.ContainerPath}: {mount.HostPath} cannot be shown in the pod's user namespace: {Reason(failure)}; use a volume on another file system, or hostUsers: true",
                    "CreateContainerError",
                    failure);
            }
        }
    }

    /// <summary>Opened for as long as something is mounted with it; null where the sandbox has the host's users.</summary>
    public static FileDescriptor? UsersOf(ContainerRecord? sandbox) => sandbox?.Sandbox?.Users is null ? null : UserNamespace.OfProcess(sandbox.Pid);

    private static string Reason(LinuxException failure) => failure.Errno switch
    {
        Errno.EINVAL => "this kernel does not id-map its file system",
        Errno.EPERM => "it is id-mapped already, or its file system belongs to another user namespace",
        _ => failure.Message,
    };

    private static void MakePlace(string place, bool isDirectory)
    {
        while (Mounts.Unmount(place))
        {
        }

        Directory.CreateDirectory(Path.GetDirectoryName(place)!, (UnixFileMode)0x1C9); // 0711: looked up by the container's root
        MountPlace.Make(place, isDirectory);
    }
}
