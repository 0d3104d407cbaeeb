using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.FileSystem;

/// <summary>Reads a directory's names as the bytes they are; .NET's own enumeration loses those that are no UTF-8.</summary>
internal static unsafe class DirectoryNames
{
    public static IReadOnlyList<string> Read(FileDescriptor directory)
    {
        var names = new List<string>();
        var buffer = new byte[0x8000];
        fixed (byte* start = buffer)
        {
            while (LinuxException.Check(FileSystemCalls.getdents64(directory, start, buffer.Length), "getdents64") is > 0 and var length)
            {
                // struct linux_dirent64: ino 0, off 8, reclen 16 (16 bits), type 18, name 19, closed by NUL.
                for (var entry = start; entry < start + length; entry += *(ushort*)(entry + 16))
                {
                    var name = Encoding.Latin1.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19));
                    if (name is not ("." or ".."))
                    {
                        names.Add(name);
                    }
                }
            }
        }

        return names;
    }
}
