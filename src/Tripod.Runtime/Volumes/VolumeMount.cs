using Tripod.Linux;

namespace Tripod.Runtime.Volumes;

/// <summary>What a volume's options mount in its place: a tmpfs, another directory, a device (Docker's driver <c>local</c>).</summary>
internal static class VolumeMount
{
    private static readonly string[] Known = ["type", "o", "device", "size"];

    private static readonly Dictionary<string, MountFlags> Flags = new(StringComparer.Ordinal)
    {
        ["ro"] = MountFlags.ReadOnly,
        ["nosuid"] = MountFlags.NoSuid,
        ["nodev"] = MountFlags.NoDev,
        ["noexec"] = MountFlags.NoExec,
        ["bind"] = MountFlags.Bind,
        ["rbind"] = MountFlags.Bind | MountFlags.Recursive,
        ["rw"] = MountFlags.None,
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

        var words = volume.Options.GetValueOrDefault("o", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var flags = words.Where(Flags.ContainsKey).Aggregate(MountFlags.None, (all, word) => all | Flags[word]);
        var data = string.Join(',', words.Where(word => !Flags.ContainsKey(word)));
        try
        {
            Mounts.Mount(volume.Options["device"], place, volume.Options["type"], flags, data.Length > 0 ? data : null);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"error while mounting volume '{place}': failed to mount local volume: {failure.Message}", inner: failure);
        }
    }
}
