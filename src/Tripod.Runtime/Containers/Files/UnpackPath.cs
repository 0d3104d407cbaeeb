using Tripod.Runtime.Images.Layers;

namespace Tripod.Runtime.Containers.Files;

/// <summary>Unpacks a tar into a directory of a container (<c>docker cp</c>): every name is resolved by the kernel below that directory.</summary>
internal sealed class UnpackPath(RuntimeParts parts)
{
    /// <param name="id">The container.</param>
    /// <param name="path">A directory of it.</param>
    /// <param name="tar">Plain or compressed.</param>
    /// <param name="keepKinds">A directory is not replaced by something else, nor the reverse.</param>
    /// <param name="cancel">Ends it between two entries.</param>
    public void Run(string id, string path, Stream tar, bool keepKinds, CancellationToken cancel)
    {
        var paths = new ContainerPaths(parts);
        paths.RequireWritable(id, path);
        using var directory = paths.Open(id, path) ?? throw (Exists(paths, id, path)
            ? new RuntimeException(RuntimeErrorKind.InvalidArgument, "extraction point is not a directory")
            : ContainerPaths.Missing(id, path));
        try
        {
            using var plain = Compression.Open(tar);
            LayerUnpacker.UnpackPlain(plain, directory, LayerLimits.For(parts.Paths.Root), keepKinds, cancel);
        }
        catch (InvalidDataException broken)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, broken.Message, inner: broken);
        }
    }

    private static bool Exists(ContainerPaths paths, string id, string path)
    {
        try
        {
            return paths.Status(id, path.TrimEnd('/')) is not null;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }
}
