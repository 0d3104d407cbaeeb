using System.Text.Json.Serialization;

namespace Tripod.Runtime.Containers;

/// <summary>Where a container's namespace of one kind comes from: its own, the host's, or another container's.</summary>
[JsonDerivedType(typeof(Own), "own")]
[JsonDerivedType(typeof(Host), "host")]
[JsonDerivedType(typeof(Join), "join")]
public abstract record NamespaceChoice
{
    public sealed record Own : NamespaceChoice;

    public sealed record Host : NamespaceChoice;

    /// <param name="ContainerId">A container, or a sandbox (whose id is its pause container's).</param>
    public sealed record Join(string ContainerId) : NamespaceChoice;

    public static readonly NamespaceChoice Private = new Own();
    public static readonly NamespaceChoice OfHost = new Host();
}

/// <summary>One choice for each kind of namespace (namespaces(7)). A sandbox's container joins pause's net, ipc and uts.</summary>
public sealed record ContainerNamespaces
{
    public NamespaceChoice Net { get; init; } = NamespaceChoice.Private;
    public NamespaceChoice Ipc { get; init; } = NamespaceChoice.Private;
    public NamespaceChoice Uts { get; init; } = NamespaceChoice.Private;
    public NamespaceChoice Pid { get; init; } = NamespaceChoice.Private;
    public NamespaceChoice User { get; init; } = NamespaceChoice.OfHost;
    public NamespaceChoice Cgroup { get; init; } = NamespaceChoice.OfHost;
}

/// <summary>What a container is asked to be (CRI v1 ContainerConfig).</summary>
public sealed record ContainerConfig
{
    public required string Name { get; init; }
    public int Attempt { get; init; }

    /// <summary>An image id (<c>sha256:…</c>) or a reference that is present.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's Entrypoint (and its Cmd) when not empty.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Replaces the image's Cmd when not empty.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];
    public string WorkingDir { get; init; } = "";
    public IReadOnlyList<KeyValuePair<string, string>> Env { get; init; } = [];
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];
    public IReadOnlyList<ContainerDevice> Devices { get; init; } = [];

    /// <summary>Programs of this machine's that the OCI runtime runs while the container comes and goes.</summary>
    public IReadOnlyList<ContainerHook> Hooks { get; init => field = value ?? []; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Below the sandbox's log directory, as in <c>nginx/0.log</c>; CRI log format.</summary>
    public string LogPath { get; init; } = "";
    public bool Stdin { get; init; }
    public bool StdinOnce { get; init; }
    public bool Tty { get; init; }

    /// <summary>Null: the sandbox decides (CRI and Kubernetes); set by the Docker door.</summary>
    public ContainerNamespaces? Namespaces { get; init; }

    /// <summary>Where the sandbox decides: another PID namespace than it would choose, such as that of one other container.</summary>
    public NamespaceChoice? Pid { get; init; }
    public LinuxResources Resources { get; init; } = new();
    public LinuxSecurity Security { get; init; } = new();

    /// <summary>Empty: the image's, else SIGTERM.</summary>
    public string StopSignal { get; init; } = "";
    /// <summary>Ids of images that are mounted as volumes: they are in use as its own is.</summary>
    public IReadOnlyList<string> VolumeImages { get; init; } = [];
    public IReadOnlyList<ContainerRlimit> Rlimits { get; init => field = value ?? []; } = [];

    /// <summary>Bytes at which the log begins a new file; 0: it is left to grow, or to whoever asks to reopen it.</summary>
    public long LogSizeMax { get; init; }

    /// <summary>How many files there are at most; of those that were full only the last is plain, the others are compressed.</summary>
    public int LogFilesMax { get; init => field = Math.Max(value, 1); } = 1;

    /// <summary>Nothing that it prints is kept (<c>--log-driver none</c>).</summary>
    public bool NoLog { get; init; }

    /// <summary>A small init of the machine's runs as the first process, and reaps (<c>docker run --init</c>).</summary>
    public bool Init { get; init; }

    /// <summary>For a container of no pod: what another has from its sandbox.</summary>
    public StandaloneConfig? Standalone { get; init; }
}

/// <param name="Propagation"><c>private</c> (rprivate), <c>host-to-container</c> (rslave) or <c>bidirectional</c> (rshared).</param>
public sealed record ContainerMount(string HostPath, string ContainerPath, bool ReadOnly = false, string Propagation = "private", bool RecursiveReadOnly = false)
{
    /// <summary>Options of a tmpfs that is mounted there in place of a path of the host's.</summary>
    public IReadOnlyList<string>? Tmpfs { get; init; }

    /// <summary>In place of what the other members say.</summary>
    public WrittenMount? Written { get; init; }

    /// <summary>Without the mounts below the host's path.</summary>
    public bool NonRecursive { get; init; }

    /// <summary>In a sandbox with a user namespace: files show the ids there that they have on the disk.</summary>
    public bool IdMapped { get; init; }

    /// <summary>An image's id: its files are shown there in place of a path of the host's, to be read only.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>The part of the image that is shown; empty: all.</summary>
    public string ImageSubPath { get; init => field = value ?? ""; } = "";
}

/// <param name="Type">As getrlimit(2) names it: <c>RLIMIT_NOFILE</c>.</param>
public sealed record ContainerRlimit(string Type, ulong Soft, ulong Hard)
{
    public static bool IsKnown(string type) => Linux.Processes.ResourceLimit.IsKnown(type);
}

/// <param name="Permissions">Any of <c>rwm</c>.</param>
public sealed record ContainerDevice(string HostPath, string ContainerPath, string Permissions = "rwm")
{
    /// <summary>What is to be different from the host's node; null: nothing.</summary>
    public ContainerDeviceNode? Node { get; init; }
}

/// <summary>A device's node where it is not as the host has it. With type, major and minor the host needs none.</summary>
/// <param name="Type"><c>b</c>, <c>c</c> or <c>u</c>; empty: as the host's.</param>
public sealed record ContainerDeviceNode(string Type, uint? Major, uint? Minor, uint? Mode, uint? Uid, uint? Gid);

/// <param name="Stage">As OCI names it: <c>createRuntime</c>, <c>poststop</c> …</param>
/// <param name="Args">The first is the program's own name.</param>
/// <param name="Timeout">In seconds; null: none.</param>
public sealed record ContainerHook(string Stage, string Path, IReadOnlyList<string> Args, IReadOnlyList<string> Env, int? Timeout);

/// <summary>A mount's type and options as OCI has them, word for word.</summary>
public sealed record WrittenMount(string Type, IReadOnlyList<string> Options);

/// <summary>CRI v1 LinuxContainerSecurityContext. The defaults are Docker's.</summary>
public sealed record LinuxSecurity
{
    public bool Privileged { get; init; }
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];

    /// <summary>Held also by a user who is not root (capabilities(7), "ambient").</summary>
    public IReadOnlyList<string> AmbientCapabilities { get; init => field = value ?? []; } = [];
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }

    /// <summary>As in an image's User: <c>name</c>, <c>uid</c>, <c>name:group</c> …; resolved in the container's own passwd.</summary>
    public string RunAsUsername { get; init; } = "";
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Further groups, by the names that the container's own /etc/group has.</summary>
    public IReadOnlyList<string> SupplementalGroupNames { get; init => field = value ?? []; } = [];

    /// <summary>Groups that the image's /etc/group gives the user are not added.</summary>
    public bool StrictSupplementalGroups { get; init; }
    public bool ReadOnlyRootfs { get; init; }
    public bool NoNewPrivileges { get; init; }

    /// <summary><c>RuntimeDefault</c>, <c>Unconfined</c>, the path of a profile, or <c>json:</c> and the profile itself.</summary>
    public string Seccomp { get; init; } = "RuntimeDefault";

    /// <summary>A profile's name, or one of the words of <see cref="Containers.AppArmor"/>; empty: the usual one.</summary>
    public string AppArmor { get; init; } = "";

    /// <summary><c>user:role:type:level</c>; empty: none.</summary>
    public string SeLinuxLabel { get; init; } = "";

    /// <summary>Null: Docker's; an empty list unmasks all (procMount: Unmasked).</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }
}

public enum ContainerState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <summary>A container as it stands now (CRI v1 ContainerStatus).</summary>
public sealed record ContainerStatus
{
    public required string Id { get; init; }

    /// <summary>Null for a container that belongs to no pod.</summary>
    public string? SandboxId { get; init; }
    public required ContainerConfig Config { get; init; }
    public required ContainerState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>128 + signal for one that was killed; 137 with <c>OOMKilled</c>.</summary>
    public int ExitCode { get; init; }

    /// <summary><c>Completed</c>, <c>Error</c>, <c>OOMKilled</c>, <c>ContainerCannotRun</c>, <c>StartError</c> …</summary>
    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";
    public int Pid { get; init; }

    /// <summary>The config digest (<c>sha256:…</c>).</summary>
    public string ImageId { get; init; } = "";

    /// <summary>An absolute path.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>Held still by the freezer.</summary>
    public bool Paused { get; init; }

    /// <summary>Who its first process is, once it has been made; null before.</summary>
    public ContainerUser? User { get; init; }

    /// <summary>Of the network namespace that it owns; empty where it owns none, or does not run.</summary>
    public string Address { get; init; } = "";

    /// <summary>IPv6's beside it; empty where it has none.</summary>
    public string Address6 { get; init; } = "";

    /// <summary>Its places on networks now; of a container of no pod.</summary>
    public IReadOnlyList<Network.Bridges.NetworkEndpoint> Endpoints { get; init; } = [];

    /// <summary>The host ports that it has now.</summary>
    public IReadOnlyList<Sandboxes.PortMapping> Ports { get; init; } = [];

    /// <summary>Of the engine's own, below the hierarchies' roots.</summary>
    public string Cgroup { get; init; } = "";
}

/// <summary>User and groups in numbers, as the container's own files resolve them.</summary>
public sealed record ContainerUser(long Uid, long Gid, IReadOnlyList<long> Groups);

public enum ContainerEventKind
{
    Created,
    Started,
    Stopped,
    Deleted,
    Paused,
    Unpaused,
}

/// <summary>Wakes whoever looks after the container; what is true is asked of the runtime again.</summary>
/// <param name="SandboxId">The container's sandbox, or its own id when it is a sandbox's pause.</param>
public sealed record ContainerEvent(ContainerEventKind Kind, string ContainerId, string? SandboxId);
