using Tripod.Linux;

namespace Tripod.Runtime.Volumes;

/// <summary>What a volume's options mount in its place: a tmpfs, another directory, a device (Docker's driver <c>local</c>).</summary>
internal static class VolumeMount
{
    private static readonly string[] Known = ["type", "o", "device", "size"];

    private static readonly Dictionary<string, MountFlags> Flags = new(StringComparer.Ordinal)
    {
        ["bind"] = MountFlags.Bind,
        ["rbind"] = MountFlags.Bind | MountFlags.Recursive,
    };

    /// <exception cref="RuntimeException">InvalidArgument: an option that is none, or one that misses another.</exception>
    public static void Check(VolumeRecord volume)
    {
        var options = volume.Options;
        if (options.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"create {volume.Name}: invalid option: \"{unknown}\"");
        }

        if (options.Count > 0 && !(options.ContainsKey("type") && options.ContainsKey("device")))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"create {volume.Name}: missing required option: \"{(options.ContainsKey("type") ? "device" : "type")}\"");
        }
    }

    public static void Mount(VolumeRecord volume, string place)
    {
        if (Mounts.IsMountPoint(place))
        {
            return;
        }

        var (flags, rest) = MountOptions.Split(volume.Options.GetValueOrDefault("o", "").Split(',', StringSplitOptions.RemoveEmptyEntries), Flags);
        try
        {
            Mounts.Mount(volume.Options["device"], place, volume.Options["type"], flags, rest.Count > 0 ? string.Join(',', rest) : null);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"error while mounting volume '{place}': failed to mount local volume: {failure.Message}", inner: failure);
        }
    }
}
