using Tripod.Linux;

namespace Tripod.Runtime.Containers;

/// <summary>An image's layers under a user namespace's ids, for as long as an overlay of them is mounted (Linux 5.19): the overlay keeps what it was made of.</summary>
internal static class IdMappedLayers
{
    /// <param name="layers">Directories of one folder.</param>
    /// <param name="place">Made for the purpose and taken away.</param>
    /// <param name="users">Whose ids.</param>
    /// <param name="mount">Gets the layers' paths.</param>
    public static void Use(IReadOnlyList<string> layers, string place, FileDescriptor users, Action<IReadOnlyList<string>> mount)
    {
        var common = Path.GetDirectoryName(layers[0])!;
        while (Mounts.Unmount(place))
        {
            // An engine that died left it.
        }

        Directory.CreateDirectory(place, (UnixFileMode)0x1C0); // 0700
        try
        {
            IdMappedMount.Bind(common, place, users, withMountsBelow: false);
            mount([.. layers.Select(layer => Path.Combine(place, Path.GetRelativePath(common, layer)))]);
        }
        finally
        {
            Mounts.Unmount(place);
            Directory.Delete(place);
        }
    }
}
