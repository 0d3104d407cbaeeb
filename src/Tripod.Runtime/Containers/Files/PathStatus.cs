using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>What is at a path of a container; links are not followed at its end.</summary>
/// <param name="Name">The path's last name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits with set-uid, set-gid and sticky.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When it was last written.</param>
/// <param name="LinkTarget">Of a symbolic link; else empty.</param>
public sealed record PathStatus(string Name, FileType Type, int Mode, long Size, DateTimeOffset Modified, string LinkTarget)
{
    /// <summary>As Go's fs.FileMode writes type and permissions in 32 bits, which Docker's API takes over.</summary>
    public uint GoMode
    {
        get
        {
            const uint Directory = 1u << 31, SymbolicLink = 1u << 27, Device = 1u << 26, Fifo = 1u << 25, Socket = 1u << 24, SetUid = 1u << 23, SetGid = 1u << 22, CharacterDevice = 1u << 21, Sticky = 1u << 20;
            var mode = (uint)(Mode & 0x1FF) | ((Mode & 0x800) != 0 ? SetUid : 0) | ((Mode & 0x400) != 0 ? SetGid : 0) | ((Mode & 0x200) != 0 ? Sticky : 0);
            return mode | Type switch
            {
                FileType.Directory => Directory,
                FileType.SymbolicLink => SymbolicLink,
                FileType.BlockDevice => Device,
                FileType.CharacterDevice => Device | CharacterDevice,
                FileType.Fifo => Fifo,
                FileType.Socket => Socket,
                _ => 0,
            };
        }
    }
}
