using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>The C library's own memory, from which TLS connections and SQLite take theirs.</summary>
public static partial class FreeMemory
{
    /// <summary>Gives what is free back to the kernel (malloc_trim(3)); nothing where the C library is not glibc.</summary>
    public static void Trim()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl gives it back by itself.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
