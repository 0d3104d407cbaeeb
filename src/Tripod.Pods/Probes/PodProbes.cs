using System.Collections.Immutable;
using Tripod.Pods.Handlers;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Probes;

/// <summary>
/// Keeps the probes of one pod going: for each run of a container that has any. The worker hands it every observation and
/// is woken when a verdict turns.
/// </summary>
internal sealed class PodProbes(PodParts parts, Func<PodView> pod, Action changed) : IAsyncDisposable
{
    /// <summary>By container id; swapped whole by the worker's loop, read by anyone.</summary>
    private ImmutableDictionary<string, ProbedRun> runs = ImmutableDictionary<string, ProbedRun>.Empty;

    public ImmutableDictionary<string, ProbeVerdict> Verdicts => runs.ToImmutableDictionary(run => run.Key, run => run.Value.Verdict);

    /// <summary>Begins and ends probes as containers begin and end. A pod on its way out is only asked whether it is ready.</summary>
    public async Task Follow(PodObservation seen)
    {
        var wanted = seen.Gone || seen.ReadySandbox is null ? [] : seen.Pod.Containers
            .Where(container => container.RunsOn && ProbeKinds.All.Any(kind => ProbeKinds.Of(container.Spec, kind) is not null) && !seen.Memory.Starting.Contains(container.Name))
            .Select(container => (Container: container, Run: seen.Newest(container.Name)))
            .Where(found => found.Run is { State: ContainerState.Running })
            .ToList();
        foreach (var (id, over) in runs.Where(run => !wanted.Exists(found => found.Run!.Id == run.Key)).ToList())
        {
            runs = runs.Remove(id);
            await over.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var (container, status) in wanted.Where(found => !runs.ContainsKey(found.Run!.Id)))
        {
            runs = runs.Add(status!.Id, Begin(container, status, seen));
        }

        if (seen.Pod.IsDeleted || seen.Memory.TerminatingWith is not null)
        {
            foreach (var run in runs.Values)
            {
                await run.EndBut(ProbeKind.Readiness).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in runs.Values)
        {
            await run.DisposeAsync().ConfigureAwait(false);
        }

        runs = runs.Clear();
    }

    private ProbedRun Begin(PodContainer container, ContainerStatus status, PodObservation seen)
    {
        var address = seen.Pod.Spec.HostNetwork == true ? parts.Options.NodeIp : seen.Sandbox!.Addresses.FirstOrDefault() ?? "127.0.0.1";
        var known = Known(container, status.Id, seen);
        var run = new ProbedRun(container, new HandlerTarget(parts.Runtime, container.Spec, status.Id, status.SandboxId!, address), pod, known ?? ProbeVerdict.Before(container.Spec), changed);
        run.Begin(parts.Probe, kind => First(ProbeKinds.Of(container.Spec, kind)!, status.StartedAt ?? parts.Now, known is not null), parts.Clock);
        return run;
    }

    /// <summary>An engine that finds a running container goes on from what the one before it had found, so that Ready does not flicker.</summary>
    private static ProbeVerdict? Known(PodContainer container, string id, PodObservation seen)
    {
        var written = seen.Pod.Object.Status;
        return (written?.ContainerStatuses ?? []).Concat(written?.InitContainerStatuses ?? [])
            .FirstOrDefault(status => status.Name == container.Name && status.ContainerID == $"tripod://{id}" && status.State?.Running is not null) is { } found
            ? new(found.Started == true || container.Spec.StartupProbe is null, found.Ready || container.Spec.ReadinessProbe is null)
            : null;
    }

    /// <summary>After the initial delay; for what was found running somewhere within a period, so that not all are probed at once.</summary>
    private DateTimeOffset First(k8s.Models.V1Probe probe, DateTimeOffset started, bool wasFound)
    {
        var first = started.AddSeconds(probe.InitialDelaySeconds ?? 0);
        return wasFound && first < parts.Now ? parts.Now.AddSeconds(Random.Shared.NextDouble() * (probe.PeriodSeconds ?? 10)) : first;
    }
}
