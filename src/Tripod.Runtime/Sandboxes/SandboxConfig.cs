using Tripod.Runtime.Users;

namespace Tripod.Runtime.Sandboxes;

/// <summary>What a sandbox is asked to be (CRI v1 PodSandboxConfig).</summary>
public sealed record SandboxConfig
{
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required string Uid { get; init; }

    /// <summary>Counts the sandboxes of one pod; the same identity and attempt again yields the same sandbox.</summary>
    public int Attempt { get; init; }

    /// <summary>Who asked for it, as only they may take it away: empty for the pod engine, else the name of a door (<c>cri</c>).</summary>
    public string Owner { get; init => field = value ?? ""; } = "";

    public string Hostname { get; init; } = "";
    public string LogDirectory { get; init; } = "";

    /// <summary>Null: as the host has it.</summary>
    public DnsConfig? Dns { get; init; }

    public IReadOnlyList<PortMapping> Ports { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
    public bool HostNetwork { get; init; }

    /// <summary>CNI plugins network it where the machine is set up for them.</summary>
    public bool MayUsePlugins { get; init; }
    public bool HostPid { get; init; }
    public bool HostIpc { get; init; }

    /// <summary>Containers join pause's PID namespace.</summary>
    public bool SharePid { get; init; }

    /// <summary>The ids of a user namespace of its own, which its containers join; null: the host's.</summary>
    public UserMappings? Users { get; init; }

    /// <summary>Below the engine's root cgroup, for example <c>kubepods/burstable/podUID</c>; empty: <c>podUID</c>.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>The parent is named from the hierarchies' roots, and is its maker's to remove: a kubelet's.</summary>
    public bool CgroupParentFromRoot { get; init; }

    /// <summary>Limits of the pod's own cgroup, which holds pause and all of its containers, as last written; null: its maker sees to them (a kubelet).</summary>
    public Containers.LinuxResources? PodLimits { get; init; }

    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>Empty: the engine's own OCI runtime.</summary>
    public string RuntimeHandler { get; init; } = "";
}

/// <summary>Whose nameservers a sandbox asks.</summary>
public enum DnsSource
{
    /// <summary>The engine's resolver, or in the host's network the host's.</summary>
    Automatic,

    /// <summary>The host's; the engine's resolver where those stand on the host's loopback alone, where no pod reaches them.</summary>
    Host,

    /// <summary>The engine's resolver, in the host's network too.</summary>
    Engine,
}

public sealed record DnsConfig(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    /// <summary>These come after the host's; else there are no others.</summary>
    public bool AddsToHost { get; init; }

    /// <summary>Heeded where these add to others.</summary>
    public DnsSource Source { get; init; }
}

/// <summary>One host port. <see cref="Protocol"/> is <c>tcp</c>, <c>udp</c> or <c>sctp</c>; an empty <see cref="HostIp"/> means every address.</summary>
public sealed record PortMapping(string Protocol, int HostPort, int ContainerPort, string HostIp = "");

public enum SandboxState
{
    Ready,
    NotReady,
}

/// <summary>A sandbox as it stands now.</summary>
public sealed record SandboxStatus
{
    public required string Id { get; init; }
    public required SandboxConfig Config { get; init; }
    public required SandboxState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Pause's pid in the host's PID namespace; 0 when it has ended.</summary>
    public int Pid { get; init; }

    /// <summary>The IPv4 address, then IPv6's if it has one; empty under hostNetwork.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>What CNI plugins have made of it; null where they had no part in it.</summary>
    public Network.Cni.PluginAttachment? Plugins { get; init; }
}
