using k8s.Models;

namespace Tripod.Pods.Probes;

/// <summary>What the probes of one run of a container have found so far.</summary>
/// <param name="Started">The startup probe has succeeded, or there is none.</param>
/// <param name="Ready">The readiness probe says so, or there is none.</param>
/// <param name="Failed">Which probe wants the container killed: <c>liveness</c>, <c>startup</c>, or empty.</param>
internal sealed record ProbeVerdict(bool Started, bool Ready, string Failed = "")
{
    /// <summary>Before the first probe of a run.</summary>
    public static ProbeVerdict Before(V1Container container) => new(container.StartupProbe is null, container.ReadinessProbe is null);
}
