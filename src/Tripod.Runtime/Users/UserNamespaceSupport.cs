using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Users;

/// <summary>Whether sandboxes can have user namespaces here: asked of the kernel once, when the runtime opens.</summary>
internal static class UserNamespaceSupport
{
    private const string WayOut = "pods with hostUsers: false need Linux 6.3 and a file system for the engine's state that can be id-mapped (ext4, xfs, btrfs, tmpfs)";

    /// <param name="pauseRoot">A directory with a built-in pause in it.</param>
    /// <param name="pause">The command that starts it, as it is in there.</param>
    /// <param name="state">Where the images' layers are.</param>
    /// <returns>Null where they can; else why not, as a sentence for a user.</returns>
    public static async Task<string?> FindProblem(string pauseRoot, IReadOnlyList<string> pause, string state)
    {
        var (leave, letGo) = Pipe.Create();
        using var talk = letGo;
        int pid;
        try
        {
            using (leave)
            {
                var any = UserMappings.Ranges([new(0, 65536, 65536)]);
                pid = await UserNamespace.Start(new() { Root = pauseRoot, Command = pause, Descriptors = [leave], Id = 0 }, letGo, any, any).ConfigureAwait(false);
            }
        }
        catch (LinuxException failure)
        {
            return $"this kernel makes no user namespaces ({failure.Message}): is /proc/sys/user/max_user_namespaces 0?";
        }

        try
        {
            using var space = UserNamespace.OfProcess(pid);
            return !IdMappedMount.IsPossibleInMemory(space) ? $"this kernel does not id-map file systems in memory: {WayOut}"
                : !IdMappedMount.IsPossible(state, space) ? $"the file system of {state} cannot be id-mapped: {WayOut}"
                : null;
        }
        catch (LinuxException failure)
        {
            return $"this kernel has no id-mapped mounts ({failure.Message}): {WayOut}";
        }
        finally
        {
            Signals.Send(pid, Signals.Kill);
            _ = ChildProcess.End(pid);
        }
    }
}
