using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>A short name for a directory with a long path, as unix socket addresses hold 107 bytes: <c>/proc/self/fd/N</c>. Good until disposed of.</summary>
public sealed partial class DirectoryLink(string path) : IDisposable
{
    private const int PathOnly = 0x200000, CloseOnExec = 0x80000;

    private readonly FileDescriptor fd = new(LinuxException.Check(open(path, PathOnly | CloseOnExec), "open", path));

    public string ShortPath => $"/proc/self/fd/{fd.Number}";

    public void Dispose() => fd.Dispose();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
