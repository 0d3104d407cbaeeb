namespace Tripod.Runtime.Containers;

/// <summary>Holds a container's processes still, or lets them go on (cgroups(7), freezer).</summary>
internal sealed class PauseContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, bool paused, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var record = entry.Record;
        if (record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        if (record.Paused == paused)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is {(paused ? "already" : "not")} paused");
        }

        parts.Cgroups.Freeze(record.Cgroup, paused);
        parts.Table.Change(entry, known => known with { Paused = paused });
        parts.Table.Publish(paused ? ContainerEventKind.Paused : ContainerEventKind.Unpaused, entry.Record);
    }
}
