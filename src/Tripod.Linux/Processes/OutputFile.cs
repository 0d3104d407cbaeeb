using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>Files that a child writes to (open(2)).</summary>
public static partial class OutputFile
{
    private const int WriteOnly = 1, Create = 0x40, AtEnd = 0x400, CloseOnExec = 0x80000, OwnerAlone = 0x180; // 0600

    /// <summary>Made where it is missing, readable to its owner alone.</summary>
    public static FileDescriptor Append(string path) =>
        new(LinuxException.Check(open(path, WriteOnly | Create | AtEnd | CloseOnExec, OwnerAlone), "open", path));

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);
}
