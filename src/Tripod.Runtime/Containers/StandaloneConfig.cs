using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Containers;

/// <summary>What a container of no pod says for itself where a pod's has it from its sandbox: name, network, shared memory, cgroup.</summary>
public sealed record StandaloneConfig
{
    /// <summary>Set where the container has a UTS namespace of its own.</summary>
    public string Hostname { get; init; } = "";
    public string Domainname { get; init; } = "";

    /// <summary>Null: a namespace of its own has nothing but lo in it (<c>--network none</c>).</summary>
    public OwnNetworkConfig? Network { get; init; }

    /// <summary>Null: as the host has it.</summary>
    public DnsConfig? Dns { get; init; }

    /// <summary>Further lines of /etc/hosts: address and names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Hosts { get; init; } = [];

    /// <summary>Containers that it knows by names of its own, wherever they are by then.</summary>
    public IReadOnlyList<ContainerLink> Links { get; init => field = value ?? []; } = [];

    /// <summary>Others may join its IPC namespace and its /dev/shm.</summary>
    public bool ShareIpc { get; init; }

    /// <summary>Of /dev/shm, in bytes; 0: 64 MiB.</summary>
    public long ShmSize { get; init; }

    /// <summary>Empty: among the engine's own; else below the hierarchies' roots.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Empty: the engine's own OCI runtime.</summary>
    public string RuntimeHandler { get; init; } = "";
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();
}

/// <param name="ContainerId">Who is linked to: it has to run when the container starts.</param>
/// <param name="Alias">A name for it in /etc/hosts.</param>
public sealed record ContainerLink(string ContainerId, string Alias)
{
    /// <summary>Its ports and environment are told in the environment too, as on Docker's first network.</summary>
    public bool WithEnvironment { get; init; }
}

/// <summary>A network namespace of the container's own, and what is in it.</summary>
public sealed record OwnNetworkConfig
{
    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];

    /// <summary>In the order of the interfaces; the first has the default route and the host ports. It may have been taken off all of them.</summary>
    public IReadOnlyList<NetworkAttachment> Attachments { get; init => field = value ?? [new("")]; } = [new("")];
}

/// <summary>A port to be reached from outside. The host's is one of a range, the first that is free; 0 to 0 leaves it to the engine.</summary>
public sealed record PublishedPort(string Protocol, int ContainerPort, int FirstHostPort, int LastHostPort, string HostIp = "");
