using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>A device's numbers, mode and owner (statx(2)).</summary>
public sealed partial record DeviceNode(bool IsBlock, uint Major, uint Minor, uint Mode, uint Uid, uint Gid)
{
    private const int AtFdCwd = -100;
    private const uint BasicStats = 0x7FF;

    /// <exception cref="LinuxException">The path is not there, or is no device (ENODEV).</exception>
    public static unsafe DeviceNode Of(string path)
    {
        // struct statx: stx_uid at 20, stx_gid at 24, stx_mode at 28, stx_rdev_major at 128, stx_rdev_minor at 132.
        var buffer = stackalloc byte[256];
        LinuxException.Check(statx(AtFdCwd, path, 0, BasicStats, buffer), "statx", path);
        var mode = *(ushort*)(buffer + 28);
        return (mode & 0xF000) switch
        {
            0x2000 or 0x6000 => new((mode & 0xF000) == 0x6000, *(uint*)(buffer + 128), *(uint*)(buffer + 132), mode & 0xFFFu, *(uint*)(buffer + 20), *(uint*)(buffer + 24)),
            _ => throw new LinuxException("open device", path, Errno.ENODEV),
        };
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* buffer);
}
