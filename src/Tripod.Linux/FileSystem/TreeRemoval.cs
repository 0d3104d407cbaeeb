using System.Globalization;

namespace Tripod.Linux.FileSystem;

/// <summary>Removes a file or a whole directory without ever following a link.</summary>
public static class TreeRemoval
{
    /// <summary>Open directories at a time. What lies deeper is moved up first, so that no tree is too deep for the stack or the fd limit.</summary>
    private const int DeepestAtOnce = 128;

    /// <param name="path">Text; its parent must exist.</param>
    public static void Remove(string path)
    {
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        Remove(parent, ByteString.FromText(Path.GetFileName(path)));
    }

    /// <summary>A name that is not there is no error.</summary>
    public static void Remove(DirectoryHandle parent, string name)
    {
        if (parent.Unlink(name))
        {
            return;
        }

        using var top = parent.OpenChild(name);
        if (top is not null)
        {
            var moved = 0L;
            while (!parent.RemoveDirectory(name))
            {
                Empty(top, top, 0, ref moved);
            }
        }
    }

    private static void Empty(DirectoryHandle directory, DirectoryHandle top, int depth, ref long moved)
    {
        using var reopened = directory.OpenChild("."); // reading starts at the beginning again
        foreach (var name in reopened!.Names())
        {
            if (directory.Unlink(name))
            {
                continue;
            }

            if (depth < DeepestAtOnce)
            {
                using var child = directory.OpenChild(name);
                if (child is not null)
                {
                    Empty(child, top, depth + 1, ref moved);
                    directory.RemoveDirectory(name);
                }
            }
            else
            {
                while (!directory.Move(name, top, string.Create(CultureInfo.InvariantCulture, $".deep-{moved++}")))
                {
                }
            }
        }
    }
}
