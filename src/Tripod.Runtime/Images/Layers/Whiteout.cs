namespace Tripod.Runtime.Images.Layers;

internal enum WhiteoutKind
{
    /// <summary>An ordinary entry.</summary>
    None,

    /// <summary>The name is deleted from the layers below.</summary>
    Name,

    /// <summary>Everything the layers below have in this directory is deleted.</summary>
    Directory,

    /// <summary>aufs's own book-keeping, which old Docker layers still carry.</summary>
    Ignored,
}

/// <summary>What an entry's name says about the layers below (OCI image-spec, layer.md, "Whiteouts").</summary>
internal readonly record struct Whiteout(WhiteoutKind Kind, string Target)
{
    private const string Prefix = ".wh.", Opaque = ".wh..wh..opq", Aufs = ".wh..wh.";

    public static Whiteout Of(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return new(WhiteoutKind.None, name);
        }

        if (name == Opaque)
        {
            return new(WhiteoutKind.Directory, "");
        }

        if (name.StartsWith(Aufs, StringComparison.Ordinal))
        {
            return new(WhiteoutKind.Ignored, "");
        }

        var target = name[Prefix.Length..];
        return target is "" or "." or ".." ? throw new InvalidDataException($"the whiteout {name} names nothing") : new(WhiteoutKind.Name, target);
    }
}
