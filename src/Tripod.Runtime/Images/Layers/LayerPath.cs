using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Images.Layers;

/// <summary>A name in a layer, brought to the form <c>parent/name</c> without dots or slashes to spare. Both empty: the layer's own root.</summary>
internal readonly record struct LayerPath(string Parent, string Name)
{
    /// <summary>PATH_MAX; a longer path could not be opened in a container either.</summary>
    private const int Longest = 4096;

    public bool IsRoot => Name.Length == 0;

    public string Whole => Parent.Length == 0 ? Name : $"{Parent}/{Name}";

    /// <param name="name">As in the archive; a leading slash means the layer's root.</param>
    /// <exception cref="InvalidDataException">It leads out of the layer, or could be no path at all.</exception>
    public static LayerPath Parse(string name)
    {
        if (name.Length > Longest || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidDataException($"the name {Shown(name)} is too long or holds a NUL");
        }

        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count == 0:
                    throw new InvalidDataException($"the name {Shown(name)} leads out of the layer");
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return parts.Count == 0 ? new("", "") : new(string.Join('/', parts[..^1]), parts[^1]);
    }

    public override string ToString() => Shown(Whole);

    private static string Shown(string name) => ByteString.ToText(name.Length > 200 ? name[..200] + "..." : name).Replace("\0", "\\0", StringComparison.Ordinal);
}
