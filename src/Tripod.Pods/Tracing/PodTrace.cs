using System.Diagnostics;

namespace Tripod.Pods.Tracing;

/// <summary>
/// The start of one pod as a trace (OpenTelemetry): a root span from when its worker first saw it until it runs, and a span
/// for each step. Costs nothing where nobody listens. The steps of a later restart are traces of their own.
/// </summary>
internal sealed class PodTrace : IDisposable
{
    /// <summary>What an exporter subscribes to.</summary>
    public const string SourceName = "tripod.pods";

    private static readonly ActivitySource Source = new(SourceName);

    private Activity? root;
    private bool over;

    /// <summary>Begins with the first call for a pod that does not run yet; then nothing happens.</summary>
    public void Begin(PodView pod, bool pending)
    {
        if (root is not null || over)
        {
            return;
        }

        over = !pending;
        var outer = Activity.Current;
        Activity.Current = null;
        root = pending ? Source.StartActivity("start pod", ActivityKind.Internal) : null;
        root?.SetTag("k8s.pod.name", pod.Name).SetTag("k8s.namespace.name", pod.Namespace).SetTag("k8s.pod.uid", pod.Uid);
        Activity.Current = outer;
    }

    /// <summary>A step of the pod; disposed of when it is done.</summary>
    public Activity? Step(string name) => root is { } pod ? Source.StartActivity(name, ActivityKind.Internal, pod.Context) : Source.StartActivity(name);

    /// <summary>Part of the step that is under way.</summary>
    public static Activity? Part(string name) => Activity.Current is null ? null : Source.StartActivity(name);

    /// <summary>The pod runs, or will not.</summary>
    public void End(string phase)
    {
        over = true;
        if (root is not { } span)
        {
            return;
        }

        root = null;
        span.SetTag("k8s.pod.phase", phase);
        span.SetStatus(phase == "Failed" ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        span.Dispose();
    }

    public void Dispose() => End("Unknown");
}
