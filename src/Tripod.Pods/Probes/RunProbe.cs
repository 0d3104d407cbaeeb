using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Handlers;

namespace Tripod.Pods.Probes;

/// <summary>Makes one probe of a container, within its timeout, and tells of a failure in an event. Asked by <see cref="ContainerProbe"/>.</summary>
internal sealed class RunProbe(EventRecorder events, string kubernetesVersion, TimeProvider clock)
{
    private const int Tries = 3;

    private readonly string userAgent = $"kube-probe/{string.Join('.', kubernetesVersion.TrimStart('v').Split('.').Take(2))}";

    /// <summary>When probes are made.</summary>
    public ProbeBeats Beats { get; } = new(clock);

    public async Task<bool> RunAsync(PodView pod, PodContainer container, ProbeKind kind, HandlerTarget target, CancellationToken cancel)
    {
        var probe = ProbeKinds.Of(container.Spec, kind)!;
        HandlerResult result = default;
        for (var tried = 0; tried < Tries; tried++)
        {
            result = await Once(probe, target, cancel).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (result.Outcome != HandlerOutcome.Error)
            {
                break;
            }
        }

        switch (result.Outcome)
        {
            case HandlerOutcome.Error:
                events.Warning(EventTarget.Of(pod, container), "Unhealthy", $"{kind} probe errored and resulted in unknown state: {result.Output}");
                break;
            case HandlerOutcome.Failure:
                events.Warning(EventTarget.Of(pod, container), "Unhealthy", $"{kind} probe failed: {result.Output}");
                break;
            case HandlerOutcome.Warning:
                events.Warning(EventTarget.Of(pod, container), "ProbeWarning", $"{kind} probe warning: {result.Output}");
                break;
        }

        return result.Succeeded;
    }

    private async Task<HandlerResult> Once(V1Probe probe, HandlerTarget target, CancellationToken cancel)
    {
        var limit = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(limit);
        return probe switch
        {
            { Exec: { } exec } => await RunCommand.RunAsync(target, exec.Command, limit, timeout.Token).ConfigureAwait(false),
            { HttpGet: { } http } => await CheckHttp.RunAsync(target, http, userAgent, timeout.Token).ConfigureAwait(false),
            { TcpSocket: { } tcp } => await CheckTcp.RunAsync(target, tcp, timeout.Token).ConfigureAwait(false),
            { Grpc: { } grpc } => await CheckGrpc.RunAsync(target, grpc, userAgent, limit, timeout.Token).ConfigureAwait(false),
            _ => new(HandlerOutcome.Error, "missing probe handler"),
        };
    }
}
