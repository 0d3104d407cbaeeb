using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>One mount as a client asked for it, before volumes have a place on disk.</summary>
/// <param name="Type"><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</param>
/// <param name="Source">A path of the host's, or a volume's name; empty for an anonymous volume.</param>
/// <param name="Target">An absolute path in the container.</param>
internal sealed record WantedMount(string Type, string Source, string Target)
{
    public bool ReadOnly { get; init; }
    public string Propagation { get; init; } = "";
    public bool NonRecursive { get; init; }

    /// <summary>A bind's source is made as a directory where it is missing (<c>-v</c>), or missed (<c>--mount</c>).</summary>
    public bool MakesSource { get; init; }

    /// <summary>An empty volume is not filled with what the image has there.</summary>
    public bool NoCopy { get; init; }
    public string Driver { get; init; } = "";
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public string Subpath { get; init; } = "";
    public IReadOnlyList<string> TmpfsOptions { get; init; } = [];

    public ContainerMount ToMount(string hostPath) => Type == "tmpfs"
        ? new("", Target) { Tmpfs = TmpfsOptions }
        : new(hostPath, Target, ReadOnly, Propagation switch { "rshared" or "shared" => "bidirectional", "rslave" or "slave" => "host-to-container", _ => "private" }) { NonRecursive = NonRecursive };
}

/// <summary>HostConfig's Binds, Mounts and Tmpfs, the volumes of config and image, and other containers', as one list. Pure.</summary>
internal static class Mounts
{
    private static readonly string[] TmpfsDefaults = ["noexec", "nosuid", "nodev"];

    /// <exception cref="DockerException">400: a mount that cannot be understood, or two at one place.</exception>
    public static IReadOnlyList<WantedMount> Of(JsonObject host, IEnumerable<string> configVolumes, IEnumerable<string> imageVolumes, IReadOnlyList<WantedMount> ofOthers)
    {
        var wanted = new List<WantedMount>();
        wanted.AddRange(host.Texts("Binds").Select(Bind));
        wanted.AddRange(host.Objects("Mounts").Select(Mount));
        wanted.AddRange(host.Map("Tmpfs").Select(tmpfs => new WantedMount("tmpfs", "", tmpfs.Key) { TmpfsOptions = TmpfsOptions(tmpfs.Value) }));
        foreach (var twice in wanted.GroupBy(mount => mount.Target.TrimEnd('/')).Where(same => same.Count() > 1))
        {
            throw new DockerException(400, $"Duplicate mount point: {twice.Key}");
        }

        // What a user names itself goes before what comes from another container.
        wanted.AddRange(ofOthers.Where(other => !wanted.Exists(mount => mount.Target.TrimEnd('/') == other.Target.TrimEnd('/'))).DistinctBy(other => other.Target).ToList());
        foreach (var volume in configVolumes.Concat(imageVolumes).Where(volume => !wanted.Exists(mount => mount.Target.TrimEnd('/') == volume.TrimEnd('/'))).Distinct().ToList())
        {
            wanted.Add(Absolute(new("volume", "", volume), volume));
        }

        return wanted;
    }

    /// <summary><c>SOURCE:TARGET[:OPTIONS]</c>.</summary>
    public static WantedMount Bind(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 1 or > 3 || Array.Exists(parts, part => part.Length == 0))
        {
            throw new DockerException(400, $"invalid volume specification: '{text}'");
        }

        if (parts.Length == 1)
        {
            return Absolute(new("volume", "", parts[0]), text);
        }

        var mount = new WantedMount(parts[0].StartsWith('/') ? "bind" : "volume", parts[0], parts[1]) { MakesSource = true };
        foreach (var option in parts.Length > 2 ? parts[2].Split(',') : [])
        {
            mount = option switch
            {
                "ro" or "readonly" => mount with { ReadOnly = true },
                "rw" or "z" or "Z" or "cached" or "delegated" or "consistent" or "rbind" or "copy" => mount,
                "bind" => mount with { NonRecursive = true },
                "nocopy" => mount with { NoCopy = true },
                "shared" or "rshared" or "slave" or "rslave" or "private" or "rprivate" => mount with { Propagation = option },
                _ => throw new DockerException(400, $"invalid mode: {parts[2]}: '{text}'"),
            };
        }

        return Absolute(mount, text);
    }

    private static WantedMount Mount(JsonObject json)
    {
        var type = json.Text("Type");
        var (bind, volume, tmpfs) = (json.Object("BindOptions"), json.Object("VolumeOptions"), json.Object("TmpfsOptions"));
        var mount = new WantedMount(type, json.Text("Source"), json.Text("Target"))
        {
            ReadOnly = json.Flag("ReadOnly"),
            Propagation = bind.Text("Propagation"),
            NonRecursive = bind.Flag("NonRecursive"),
            MakesSource = bind.Flag("CreateMountpoint"),
            NoCopy = volume.Flag("NoCopy"),
            Labels = volume.Map("Labels"),
            Driver = volume.Object("DriverConfig").Text("Name"),
            DriverOptions = volume.Object("DriverConfig").Map("Options"),
            Subpath = volume.Text("Subpath"),
            TmpfsOptions = type == "tmpfs" ? TmpfsOptions(tmpfs) : [],
        };
        return type switch
        {
            _ when mount.Target.Length == 0 => throw new DockerException(400, $"invalid mount config for type \"{type}\": field Target must not be empty"),
            "bind" when mount.Source.Length == 0 => throw new DockerException(400, "invalid mount config for type \"bind\": field Source must not be empty"),
            "bind" when !mount.Source.StartsWith('/') => throw new DockerException(400, $"invalid mount config for type \"bind\": invalid mount path: '{mount.Source}' mount path must be absolute"),
            "tmpfs" when mount.Source.Length > 0 => throw new DockerException(400, "invalid mount config for type \"tmpfs\": field Source must not be specified"),
            "bind" or "volume" or "tmpfs" => Absolute(mount, json.ToJsonString()),
            "image" or "npipe" or "cluster" => throw new DockerException(400, $"mount type {type} is not supported by tripod: use bind, volume or tmpfs"),
            _ => throw new DockerException(400, $"mount type unknown: \"{type}\""),
        };
    }

    private static WantedMount Absolute(WantedMount mount, string text) =>
        !mount.Target.StartsWith('/') ? throw new DockerException(400, $"invalid volume specification: '{text}': invalid mount config for type \"{mount.Type}\": invalid mount path: '{mount.Target}' mount path must be absolute")
        : mount.Target.TrimEnd('/').Length == 0 ? throw new DockerException(400, $"invalid volume specification: '{text}': invalid specification: destination can't be '/'")
        : mount;

    private static IReadOnlyList<string> TmpfsOptions(string text) => [.. TmpfsDefaults.Where(option => !text.Split(',').Contains(option[2..])), .. text.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static IReadOnlyList<string> TmpfsOptions(JsonObject json) =>
    [
        .. TmpfsDefaults,
        .. json.Number("SizeBytes") is > 0 and var size ? [FormattableString.Invariant($"size={size}")] : Array.Empty<string>(),
        .. json.Number("Mode") is > 0 and var mode ? [$"mode={Convert.ToString(mode, 8)}"] : Array.Empty<string>(),
    ];
}
