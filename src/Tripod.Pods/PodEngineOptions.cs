using Tripod.Pods.Eviction;
using Tripod.Runtime.Users;

namespace Tripod.Pods;

/// <summary>What the engine must know of this machine's place in the API.</summary>
public sealed record PodEngineOptions
{
    public required string NodeName { get; init; }

    /// <summary><c>ROOT/pods/UID/volumes</c>, <c>ROOT/pods/UID/etc-hosts</c>, and logs stand below it.</summary>
    public required string Root { get; init; }
    public required string Run { get; init; }

    /// <summary>This machine's addresses: IPv4's, then IPv6's if it has one.</summary>
    public required IReadOnlyList<string> NodeIps { get; init; }
    public string NodeIp => NodeIps[0];

    /// <summary>Where pods reach the API, on port 443; null where they cannot.</summary>
    public string? ApiAddress { get; init; }

    /// <summary>The API's certificate authority (PEM), for each namespace's kube-root-ca.crt.</summary>
    public required string CaCertificate { get; init; }

    /// <summary>Bytes at which a container's log begins a new file; 0: never. And how many files there are at most.</summary>
    public long ContainerLogMaxSize { get; init; }
    public int ContainerLogMaxFiles { get; init; } = 1;

    /// <summary>Processes that one pod may have; less than 1: as many as the machine.</summary>
    public long PodPidsLimit { get; init; } = -1;

    /// <summary>Whence pods with <c>hostUsers: false</c> get their ids.</summary>
    public IdPool UserNamespaceIds { get; init; } = IdPool.Default;

    public EvictionOptions Eviction { get; init; } = new();

    /// <summary>Sysctls beyond the safe ones that pods may set; a <c>*</c> at the end stands for any.</summary>
    public IReadOnlyList<string> AllowedUnsafeSysctls { get; init; } = [];

    /// <summary>Files in it describe static pods; null: there are none.</summary>
    public string? StaticPodPath { get; init; }

    /// <summary>Understands such a file's text (throws <see cref="StaticPods.ManifestException"/>).</summary>
    public Func<string, StaticPods.PodManifest>? ReadManifest { get; init; }

    /// <summary>Tripod's own version, and the Kubernetes version whose behaviour it shows.</summary>
    public string Version { get; init; } = "0.1.0";
    public string KubernetesVersion { get; init; } = "v1.33.0";
}
