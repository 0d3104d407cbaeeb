using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Users;

namespace Tripod.Runtime.Containers;

/// <summary>
/// Gives a process in a user namespace the pipes that it reads and writes, so that it can open them once more as /dev/stdout.
/// The OCI runtime, which stands in the namespace already, may not: the pipes are of the host's root.
/// </summary>
internal static class StreamOwner
{
    /// <summary>The first three of a process that has not begun.</summary>
    public static void Give(int pid, UserMappings users, ContainerUser user)
    {
        for (var number = 0; number < 3; number++)
        {
            if (FileKinds.Of($"/proc/{pid}/fd/{number}") == "fifo")
            {
                Ownership.ChangeTarget($"/proc/{pid}/fd/{number}", HostUid(users, user), HostGid(users, user));
            }
        }
    }

    public static void Give(IEnumerable<FileDescriptor?> pipes, UserMappings users, ContainerUser user)
    {
        foreach (var pipe in pipes.OfType<FileDescriptor>())
        {
            Ownership.Change(pipe, HostUid(users, user), HostGid(users, user));
        }
    }

    private static uint HostUid(UserMappings users, ContainerUser user) => users.HostUid((uint)user.Uid) ?? users.Root.Uid;

    private static uint HostGid(UserMappings users, ContainerUser user) => users.HostGid((uint)user.Gid) ?? users.Root.Gid;
}
