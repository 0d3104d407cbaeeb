namespace Tripod.Linux.FileSystem;

/// <summary>Gives a directory with all below it to a group (fsGroup of Kubernetes). Links are never followed, and a tree that changes meanwhile leads nowhere else.</summary>
public static class TreeGroup
{
    /// <summary>Each level holds an fd.</summary>
    private const int Deepest = 256;

    private const int SetGid = 0x400;                      // 02000
    private const int FileBits = 0x1B0, ReadBits = 0x120;  // 0660, 0440
    private const int DirectoryBits = 0x48;                // 0110: x for owner and group

    /// <param name="readOnly">The group may read and no more.</param>
    public static void Give(string path, uint group, bool readOnly)
    {
        using var top = DirectoryHandle.Open(path);
        Give(top, group, readOnly ? ReadBits : FileBits, 0);
    }

    /// <summary>Whether the top is the group's already, with the bits that it would get.</summary>
    public static bool IsGiven(string path, uint group, bool readOnly)
    {
        using var top = DirectoryHandle.Open(path);
        var wanted = (readOnly ? ReadBits : FileBits) | DirectoryBits | SetGid;
        return top.Status(".") is { } status && status.Gid == group && (status.Mode & wanted) == wanted;
    }

    private static void Give(DirectoryHandle directory, uint group, int bits, int depth)
    {
        if (depth > Deepest)
        {
            throw new IOException($"chown: the volume has directories more than {Deepest} deep: take them away, or leave out fsGroup");
        }

        foreach (var name in directory.Names())
        {
            if (directory.Status(name) is not { } status)
            {
                continue; // Gone meanwhile.
            }

            switch (status.Type)
            {
                case FileType.Directory when directory.OpenChild(name) is { } child:
                    using (child)
                    {
                        Give(child, group, bits, depth + 1);
                    }

                    break;
                case FileType.Regular when directory.OpenFile(name) is { } file:
                    using (file)
                    {
                        Ownership.Give(file, group, status.Mode | bits);
                    }

                    break;
                case FileType.SymbolicLink:
                    directory.SetOwner(name, Ownership.Unchanged, group);
                    break;
            }
        }

        directory.Give(group, directory.Status(".")!.Value.Mode | bits | DirectoryBits | SetGid);
    }
}
