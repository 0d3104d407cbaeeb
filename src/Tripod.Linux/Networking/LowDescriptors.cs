using Tripod.Linux.Processes;

namespace Tripod.Linux.Networking;

/// <summary>
/// Keeps a few fds with low numbers for a library that waits with select(2): handed a number from 1024 on, the C library
/// ends the whole process (FD_SET(3)). The kernel gives the lowest free number, which is the one that was just let go,
/// but for another thread that is quicker: so there are several. Not safe for use from two threads at once.
/// </summary>
internal static class LowDescriptors
{
    /// <summary>FD_SETSIZE.</summary>
    public const int Limit = 1024;

    private const int Most = 8;

    private static readonly Stack<FileDescriptor> Kept = new();

    /// <summary>Fills up with what low numbers there are; called first while the process is young.</summary>
    public static void Reserve()
    {
        while (Kept.Count < Most)
        {
            var one = Pipe.DevNull();
            if (one.Number >= Limit)
            {
                one.Dispose();
                return;
            }

            Kept.Push(one);
        }
    }

    /// <returns>Whether there was one.</returns>
    public static bool LetOneGo()
    {
        if (!Kept.TryPop(out var one))
        {
            return false;
        }

        one.Dispose();
        return true;
    }
}
