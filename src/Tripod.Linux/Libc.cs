using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>The calls that more than one file here needs. A call with one user stands beside that user.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int fd);
}
