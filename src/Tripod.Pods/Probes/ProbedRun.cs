using Tripod.Pods.Handlers;

namespace Tripod.Pods.Probes;

/// <summary>One run of a container with what its probes have found. Written by its probes, read with every observation.</summary>
internal sealed class ProbedRun : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action changed;
    private readonly Func<PodView> pod;
    private readonly List<ContainerProbe> probes = [];
    private ProbeVerdict verdict;

    /// <param name="pod">As it now is.</param>
    /// <param name="changed">Called when a verdict turns.</param>
    public ProbedRun(PodContainer container, HandlerTarget target, Func<PodView> pod, ProbeVerdict verdict, Action changed)
    {
        (Container, Target, this.pod, this.verdict, this.changed) = (container, target, pod, verdict, changed);
        if (verdict.Started)
        {
            started.SetResult();
        }
    }

    public PodContainer Container { get; }
    public HandlerTarget Target { get; }
    public PodView Pod => pod();

    /// <summary>Completes when the startup probe has succeeded.</summary>
    public Task Started => started.Task;

    public ProbeVerdict Verdict
    {
        get
        {
            lock (gate)
            {
                return verdict;
            }
        }
    }

    public void Begin(RunProbe runner, Func<ProbeKind, DateTimeOffset> first, TimeProvider clock) =>
        probes.AddRange(ProbeKinds.All
            .Where(kind => ProbeKinds.Of(Container.Spec, kind) is not null && !(kind == ProbeKind.Startup && Verdict.Started))
            .Select(kind => new ContainerProbe(this, kind, runner, first(kind), clock)));

    /// <returns>True.</returns>
    public bool Said(ProbeKind kind, bool good)
    {
        lock (gate)
        {
            var now = (kind, good) switch
            {
                (ProbeKind.Startup, true) => verdict with { Started = true },
                (ProbeKind.Startup, false) => verdict with { Failed = "startup" },
                (ProbeKind.Liveness, false) => verdict with { Failed = "liveness" },
                (ProbeKind.Readiness, _) => verdict with { Ready = good },
                _ => verdict,
            };
            if (now == verdict)
            {
                return true;
            }

            verdict = now;
        }

        if (kind == ProbeKind.Startup && good)
        {
            started.TrySetResult();
        }

        changed();
        return true;
    }

    /// <summary>Ends all probes but those of one kind.</summary>
    public async Task EndBut(ProbeKind kept)
    {
        foreach (var probe in probes.Where(probe => probe.Kind != kept).ToList())
        {
            probes.Remove(probe);
            await probe.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var probe in probes)
        {
            await probe.DisposeAsync().ConfigureAwait(false);
        }
    }
}
