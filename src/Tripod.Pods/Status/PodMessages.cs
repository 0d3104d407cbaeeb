using System.Collections.Immutable;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>The termination messages of one pod's ended runs, each read once. The worker asks for those of every observation that it shows.</summary>
internal sealed class PodMessages(TerminationMessages source)
{
    private const int MostOfPod = 12 * 1024;

    private ImmutableDictionary<string, string> read = ImmutableDictionary<string, string>.Empty;

    /// <summary>Of all runs that have ended by then, by container id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Of(PodObservation seen, CancellationToken cancel)
    {
        var most = MostOfPod / Math.Max(1, seen.Pod.Containers.Count);
        var runs = seen.Pod.Containers
            .SelectMany(container => seen.Containers[container.Name].Take(2).Select(run => (Container: container, Run: run)))
            .Where(found => found.Run.State == ContainerState.Exited)
            .ToList();
        var known = read.RemoveRange(read.Keys.Except(runs.Select(found => found.Run.Id)));
        foreach (var (container, run) in runs.Where(found => !known.ContainsKey(found.Run.Id)))
        {
            var text = await source.Read(seen.Pod, container.Spec, run, cancel).ConfigureAwait(false);
            known = known.Add(run.Id, text.Length > most ? text[..most] : text);
        }

        return read = known;
    }
}
