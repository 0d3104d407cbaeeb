using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>Where the Kubernetes door listens, and whom it lets in.</summary>
public sealed record KubernetesDoorOptions
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>An fd that listens on the first of them already; null where it is opened here.</summary>
    public int? ListenHandle { get; init; }

    /// <summary>Certificate authority, server certificate and their keys; made at first start.</summary>
    public required string PkiDirectory { get; init; }

    /// <summary>Written at each start, for user kubernetes-admin; null writes none.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>Lines of <c>token,user,uid,"group,group"</c>; null allows client certificates only.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Where every request but health checks is written down; null writes none.</summary>
    public string? AuditLog { get; init; }

    public required string NodeName { get; init; }

    /// <summary>Processes that one pod may have, as the node's configuration shows it; -1: no limit.</summary>
    public long PodPidsLimit { get; init; } = -1;

    /// <summary>Names and addresses under which clients reach the door, beside the local ones: the bridge's gateway and so on.</summary>
    public IReadOnlyList<string> ExtraNames { get; init; } = [];

    /// <summary>Where pods reach the door, on port 443; null where they do as everybody.</summary>
    public string? ApiAddress { get; init; }

    /// <summary>Tripod's own version.</summary>
    public string Version { get; init; } = "0.1.0";

    /// <summary>Shown to whoever asks how the node is configured.</summary>
    public Pods.Eviction.EvictionOptions Eviction { get; init; } = new();

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
