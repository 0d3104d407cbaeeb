using Microsoft.Win32.SafeHandles;

namespace Tripod.Linux.FileSystem;

/// <summary>Copies what is in one directory into another: owners, modes, times, links, file capabilities. No link is followed.</summary>
public static class TreeCopy
{
    private const int BufferSize = 128 * 1024;
    private const string Self = ".", FileCapability = "security.capability";

    /// <summary>The directory itself too: owner, mode and time.</summary>
    public static void Copy(DirectoryHandle from, DirectoryHandle to)
    {
        foreach (var name in from.Names())
        {
            if (from.Status(name) is { } status)
            {
                CopyOne(from, to, name, status);
            }
        }

        if (from.Status(Self) is { } own)
        {
            Dress(to, Self, own);
        }
    }

    private static void CopyOne(DirectoryHandle from, DirectoryHandle to, string name, FileStatus status)
    {
        switch (status.Type)
        {
            case FileType.Directory:
                to.MakeDirectory(name, status.Mode);
                using (var source = from.OpenChild(name))
                using (var target = to.OpenChild(name))
                {
                    if (source is not null && target is not null)
                    {
                        Copy(source, target);
                    }
                }

                return;
            case FileType.Regular:
                CopyContent(from, to, name, status);
                break;
            case FileType.SymbolicLink:
                to.MakeSymbolicLink(from.ReadLink(name), name);
                to.SetOwner(name, status.Uid, status.Gid);
                return;
            case FileType.Socket:
                return;
            default:
                to.MakeNode(name, status.Type, status.Mode, status.DeviceMajor, status.DeviceMinor);
                break;
        }

        Dress(to, name, status);
        if (from.GetAttribute(name, FileCapability) is { } capability)
        {
            to.SetAttribute(name, FileCapability, capability);
        }
    }

    private static void CopyContent(DirectoryHandle from, DirectoryHandle to, string name, FileStatus status)
    {
        using var source = from.OpenFile(name);
        using var target = to.CreateFile(name, status.Mode);
        if (source is null || target is null)
        {
            return;
        }

        using var handle = new SafeFileHandle(source.Number, ownsHandle: false);
        var buffer = new byte[BufferSize];
        int count;
        for (long offset = 0; (count = RandomAccess.Read(handle, buffer, offset)) > 0; offset += count)
        {
            FileContents.Write(target, buffer.AsSpan(0, count), offset);
        }
    }

    /// <summary>The owner first: a change of it takes set-uid away.</summary>
    private static void Dress(DirectoryHandle directory, string name, FileStatus status)
    {
        directory.SetOwner(name, status.Uid, status.Gid);
        directory.SetMode(name, status.Mode);
        directory.SetModified(name, status.ModifiedSeconds, 0);
    }
}
