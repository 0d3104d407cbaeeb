using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

public enum PathChangeKind
{
    Modified = 0,
    Added = 1,
    Deleted = 2,
}

/// <param name="Path">Absolute in the container.</param>
/// <param name="Kind">Against the image.</param>
public sealed record PathChange(string Path, PathChangeKind Kind);

/// <summary>What a container has changed of its image's files: what stands in its writable layer, and how that layer marks what is gone.</summary>
internal sealed class ListChanges(RuntimeParts parts)
{
    public IReadOnlyList<PathChange> Run(string id)
    {
        var record = parts.Table.Get(id).Record;
        var upper = parts.Paths.Upper(id);
        var changes = new List<PathChange>();
        if (Directory.Exists(upper))
        {
            using var root = DirectoryHandle.Open(upper);
            Walk(root, "", parts.Images.LayerDirectories(record.ImageId), changes);
        }

        return changes;
    }

    private static void Walk(DirectoryHandle directory, string prefix, IReadOnlyList<string> layers, List<PathChange> changes)
    {
        foreach (var name in directory.Names().Order(StringComparer.Ordinal))
        {
            if (directory.Status(name) is not { } status)
            {
                continue;
            }

            var path = $"{prefix}/{ByteString.ToText(name)}";
            if (MountTraces.Has(path, status) && !layers.Any(layer => Path.Exists(layer + path)))
            {
                continue;
            }

            var below = layers.Any(layer => Path.Exists(layer + path) || new FileInfo(layer + path).LinkTarget is not null);
            var at = changes.Count;
            changes.Add(new(path, status.IsWhiteout ? PathChangeKind.Deleted : below ? PathChangeKind.Modified : PathChangeKind.Added));
            using var child = status.Type == FileType.Directory ? directory.OpenChild(name) : null;
            if (child is not null)
            {
                Walk(child, path, layers, changes);
                if (below && changes.Count == at + 1 && child.Names().Count > 0)
                {
                    // Nothing below it was anybody's doing.
                    changes.RemoveAt(at);
                }
            }
        }
    }
}
