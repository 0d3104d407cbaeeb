using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>Flags of open(2) and openat2(2). Two of them differ between x86-64 and arm64.</summary>
internal static class OpenFlags
{
    internal const int Create = 0x40, Exclusive = 0x80, CloseOnExec = 0x80000, WriteOnly = 1, NonBlock = 0x800;

    internal const ulong NoOtherFileSystem = 1, NoMagicLinks = 2, InRoot = 0x10;

    internal static int Directory { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    internal static int NoFollow { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
}
