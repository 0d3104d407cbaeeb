using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Checking;

/// <summary>Whether two trees hold the same: names, kinds, owners, modes, times and content. Links are never followed.</summary>
internal static class TreeComparison
{
    private const int Deepest = 512;
    private const string Opaque = "trusted.overlay.opaque";

    /// <returns>The first difference, as a path and what differs; null where there is none.</returns>
    public static string? Difference(string expected, string found, CancellationToken cancel)
    {
        using var left = DirectoryHandle.Open(expected);
        using var right = DirectoryHandle.Open(found);
        return Difference(left, right, "", 0, cancel);
    }

    private static string? Difference(DirectoryHandle left, DirectoryHandle right, string path, int depth, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var (wanted, there) = (left.Names().Order(StringComparer.Ordinal).ToList(), right.Names().Order(StringComparer.Ordinal).ToList());
        if (wanted.Except(there).FirstOrDefault() is { } missing)
        {
            return $"{path}/{Shown(missing)} is missing";
        }

        if (there.Except(wanted).FirstOrDefault() is { } surplus)
        {
            return $"{path}/{Shown(surplus)} does not belong there";
        }

        foreach (var name in wanted)
        {
            if (Differs(left, right, name) is { } what)
            {
                return $"{path}/{Shown(name)} {what}";
            }

            if (depth < Deepest && left.OpenChild(name) is { } below)
            {
                using (below)
                using (var other = right.OpenChild(name))
                {
                    if (other is not null && Difference(below, other, $"{path}/{Shown(name)}", depth + 1, cancel) is { } deeper)
                    {
                        return deeper;
                    }
                }
            }
        }

        return null;
    }

    private static string? Differs(DirectoryHandle left, DirectoryHandle right, string name)
    {
        if (left.Status(name) is not { } a || right.Status(name) is not { } b)
        {
            return "is missing";
        }

        if (a.Type != b.Type || a.DeviceMajor != b.DeviceMajor || a.DeviceMinor != b.DeviceMinor)
        {
            return "is of another kind";
        }

        if (a.Mode != b.Mode || a.Uid != b.Uid || a.Gid != b.Gid)
        {
            return "has another owner or mode";
        }

        return a.Type switch
        {
            FileType.SymbolicLink => left.ReadLink(name) == right.ReadLink(name) ? null : "points elsewhere",
            FileType.Directory => (left.GetAttribute(name, Opaque) is null) == (right.GetAttribute(name, Opaque) is null) ? null : "hides something else of the layers below",
            FileType.Regular => a.Size == b.Size && SameContent(left, right, name) ? null : "has other content",
            _ => null,
        };
    }

    private static bool SameContent(DirectoryHandle left, DirectoryHandle right, string name)
    {
        using var one = left.OpenFile(name);
        using var other = right.OpenFile(name);
        if (one is null || other is null)
        {
            return false;
        }

        using var first = File.OpenRead($"/proc/self/fd/{one.Number}");
        using var second = File.OpenRead($"/proc/self/fd/{other.Number}");
        var (a, b) = (new byte[1 << 16], new byte[1 << 16]);
        while (true)
        {
            var read = first.ReadAtLeast(a, a.Length, throwOnEndOfStream: false);
            if (second.ReadAtLeast(b, b.Length, throwOnEndOfStream: false) != read || !a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, read)))
            {
                return false;
            }

            if (read < a.Length)
            {
                return true;
            }
        }
    }

    private static string Shown(string name) => ByteString.ToText(name);
}
