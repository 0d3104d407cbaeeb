using Tripod.Runtime.Users;

namespace Tripod.Runtime;

/// <summary>Where this engine keeps its things and what they are called, so that several engines can run side by side.</summary>
public sealed record RuntimeOptions
{
    /// <summary>State that outlives a boot: store, images, logs, volumes (<c>/var/lib/tripod</c>).</summary>
    public required string Root { get; init; }

    /// <summary>What dies with a boot: sockets, bundles, pid and exit files (<c>/run/tripod</c>).</summary>
    public required string Run { get; init; }

    /// <summary>
    /// Names everything on the host that has no path of its own: the bridge (<c>NAME0</c>), the nft table (<c>NAME</c>) and
    /// the root cgroup (<c>/NAME</c>). At most 11 characters, as an interface name holds 15.
    /// </summary>
    public string Name { get; init; } = "tripod";

    /// <summary>
    /// Where pods get their addresses; the bridge has the first. An IPv4 network, and behind a comma IPv6's, or <c>none</c>.
    /// With an IPv4 network alone IPv6's is a /64 of the engine's own, wherever the machine speaks IPv6.
    /// </summary>
    public string PodCidr { get; init; } = "10.63.0.0/16";

    /// <summary>The image that a pod's first container runs; built in, never pulled.</summary>
    public string PauseImage { get; init; } = "registry.k8s.io/pause:tripod";

    /// <summary>The program in that image.</summary>
    public string PausePath { get; init; } = Path.Combine(AppContext.BaseDirectory, "pause");

    /// <summary>The OCI runtime for a sandbox that names no handler: a path, or a name found in PATH.</summary>
    public string OciRuntime { get; init; } = "crun";

    /// <summary>OCI runtimes by the handler's name that RuntimeClasses and the CRI use, beside those of <see cref="Oci.RuntimeHandlers"/>.</summary>
    public IReadOnlyDictionary<string, OciRuntimeOptions> Runtimes { get; init; } = new Dictionary<string, OciRuntimeOptions>();

    /// <summary>Who makes cgroups: <c>systemd</c>, <c>cgroupfs</c>, or <c>auto</c>: systemd where it is PID 1 and cgroups are pure v2.</summary>
    public string CgroupDriver { get; init; } = "auto";

    public string Conmon { get; init; } = "conmon";

    /// <summary>Bytes at which the log of a pod's container begins a new file, and how many files are kept (the kubelet's names and defaults).</summary>
    public long ContainerLogMaxSize { get; init; } = 10 * 1024 * 1024;
    public int ContainerLogMaxFiles { get; init; } = 5;

    /// <summary>Processes that one pod may have; less than 1: as many as the machine.</summary>
    public long PodPidsLimit { get; init; } = -1;

    /// <summary>Whence pods with <c>hostUsers: false</c> get their ids.</summary>
    public IdPool UserNamespaceIds { get; init; } = IdPool.Default;

    public IReadOnlyList<RegistryOptions> Registries { get; init; } = [];

    /// <summary>Whether a kubelet's sandboxes are networked by CNI plugins. Pods of the engine's own never are.</summary>
    public CniMode Cni { get; init; } = CniMode.Auto;

    /// <summary>Where CNI configurations stand, and the folders in which their plugins are looked for, in that order.</summary>
    public string CniConfDir { get; init; } = "/etc/cni/net.d";
    public IReadOnlyList<string> CniBinDirs { get; init; } = ["/opt/cni/bin", "/usr/lib/cni"];

    /// <summary>Where devices are described (CDI): of two that have the same device the later folder's is meant.</summary>
    public IReadOnlyList<string> CdiSpecDirs { get; init; } = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>Where plugins find the namespaces that they network, as <c>ip netns</c> has it.</summary>
    public string NetnsDirectory { get; init; } = "/run/netns";
}

public enum CniMode
{
    /// <summary>As soon as a configuration is there; else by the engine's own network.</summary>
    Auto,

    /// <summary>By plugins alone: without a configuration the network is not ready.</summary>
    Only,

    Off,
}

/// <summary>One OCI runtime.</summary>
/// <param name="Path">A path, or a name found in PATH.</param>
/// <param name="Arguments">Given to it before its command, in place of crun's <c>--cgroup-manager</c>.</param>
public sealed record OciRuntimeOptions(string Path, IReadOnlyList<string> Arguments);

/// <summary>How one registry is reached.</summary>
public sealed record RegistryOptions
{
    /// <summary>The host as it stands in a reference, for example <c>docker.io</c> or <c>localhost:5000</c>.</summary>
    public required string Host { get; init; }

    /// <summary>Tried in order before the registry itself: <c>http://127.0.0.1:5000</c> or <c>https://mirror.example</c>.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Plain HTTP, or TLS without a known certificate, is allowed.</summary>
    public bool Insecure { get; init; }
}
