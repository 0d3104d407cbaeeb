using System.Collections.Immutable;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>The termination messages of one pod's ended runs, each read once. The worker hands it every observation.</summary>
internal sealed class PodMessages(TerminationMessages source)
{
    private const int MostOfPod = 12 * 1024;

    /// <summary>By container id.</summary>
    public ImmutableDictionary<string, string> Known { get; private set; } = ImmutableDictionary<string, string>.Empty;

    public async Task Follow(PodObservation seen, CancellationToken cancel)
    {
        var most = MostOfPod / Math.Max(1, seen.Pod.Containers.Count);
        var runs = seen.Pod.Containers
            .SelectMany(container => seen.Containers[container.Name].Take(2).Select(run => (Container: container, Run: run)))
            .Where(found => found.Run.State == ContainerState.Exited)
            .ToList();
        var known = Known.RemoveRange(Known.Keys.Except(runs.Select(found => found.Run.Id)));
        foreach (var (container, run) in runs.Where(found => !known.ContainsKey(found.Run.Id)))
        {
            var text = await source.Read(seen.Pod, container.Spec, run, cancel).ConfigureAwait(false);
            known = known.Add(run.Id, text.Length > most ? text[..most] : text);
        }

        Known = known;
    }
}
