using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>
/// Measures what pods and machine use, when somebody asks and not otherwise: the metrics API, the kubelet's statistics and
/// Prometheus ask it. CPU is measured from the last time that somebody asked, or over a second.
/// </summary>
internal sealed class UsageMeter(ObjectStore store, ContainerRuntime runtime, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(60);

    private const string Machine = "";

    private readonly SemaphoreSlim turn = new(1);
    private Dictionary<string, UsageSample> before = [];
    private UsageReport? last;

    public async Task<UsageReport> MeasureAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (last is not null && clock.GetUtcNow() - last.Time < Shortest)
            {
                return last;
            }

            if (!before.TryGetValue(Machine, out var earlier) || clock.GetUtcNow() - earlier.Time > Longest)
            {
                before = Sample();
                await Task.Delay(Shortest, clock, cancel).ConfigureAwait(false);
            }

            var now = Sample();
            last = Report(before, now);
            before = now;
            return last;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private Dictionary<string, UsageSample> Sample()
    {
        var samples = new Dictionary<string, UsageSample>(StringComparer.Ordinal) { [Machine] = MachineUsage.Read(clock.GetUtcNow()) };
        foreach (var container in runtime.ListContainers().Where(container => container.State == ContainerState.Running))
        {
            if (CgroupUsage.Read(container.Pid, clock.GetUtcNow()) is { } sample)
            {
                samples[container.Id] = sample;
            }
        }

        return samples;
    }

    private UsageReport Report(Dictionary<string, UsageSample> earlier, Dictionary<string, UsageSample> now)
    {
        var sandboxes = runtime.ListPodSandboxes().Where(sandbox => sandbox.State == SandboxState.Ready).ToDictionary(sandbox => sandbox.Id, StringComparer.Ordinal);
        var containers = runtime.ListContainers().Where(container => container.SandboxId is not null && now.ContainsKey(container.Id)).ToLookup(container => container.SandboxId!, StringComparer.Ordinal);
        var machine = now[Machine];
        return new(machine.Time, machine.Time - earlier[Machine].Time, machine, machine.NanoCoresSince(earlier[Machine]),
        [
            .. sandboxes.Values.Where(IsOfThisApi)
                .OrderBy(sandbox => sandbox.Config.Namespace, StringComparer.Ordinal).ThenBy(sandbox => sandbox.Config.Name, StringComparer.Ordinal)
                .Select(sandbox => new PodUsage(sandbox.Config.Namespace, sandbox.Config.Name, sandbox.Config.Uid, sandbox.CreatedAt, sandbox.Pid,
                    [.. containers[sandbox.Id].Select(container => Used(container, earlier.GetValueOrDefault(container.Id), now[container.Id]))])),
        ]);
    }

    // One that began between the samples is measured from its start.
    private static ContainerUsage Used(ContainerStatus container, UsageSample? earlier, UsageSample now) => new(
        container.Config.Name, container.Id, container.Config.Image, container.StartedAt, now,
        now.NanoCoresSince(earlier ?? new(container.StartedAt ?? now.Time, 0, 0, 0, 0, 0, 0)));

    // The runtime also runs what a kubelet or docker asked for.
    private bool IsOfThisApi(SandboxStatus sandbox) =>
        store.Get(Pods.ResourceKeys.Pod(sandbox.Config.Namespace, sandbox.Config.Name)) is { } stored && new Pods.PodView(stored) is var pod
        && (pod.Uid == sandbox.Config.Uid || Pods.StaticPods.StaticPod.MirrorOf(pod.Object) == sandbox.Config.Uid);
}
