using k8s.Models;

namespace Tripod.Pods.Probes;

internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

internal static class ProbeKinds
{
    public static readonly IReadOnlyList<ProbeKind> All = [ProbeKind.Startup, ProbeKind.Liveness, ProbeKind.Readiness];

    public static V1Probe? Of(V1Container container, ProbeKind kind) => kind switch
    {
        ProbeKind.Startup => container.StartupProbe,
        ProbeKind.Liveness => container.LivenessProbe,
        _ => container.ReadinessProbe,
    };
}
