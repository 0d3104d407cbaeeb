using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Asks a container to end, by its stop signal, and after the grace period kills its whole cgroup.</summary>
internal sealed class StopContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, TimeSpan grace, CancellationToken cancel)
    {
        if (parts.Table.Find(id) is not { } entry || entry.Record.State != ContainerState.Running)
        {
            return;
        }

        var killAt = parts.Clock.GetUtcNow() + grace;
        var first = entry.KillAt is null;
        if (first || killAt < entry.KillAt)
        {
            entry.KillAt = killAt;
            entry.Sooner.Release();
        }

        if (first && grace > TimeSpan.Zero)
        {
            Signal(entry.Record);
        }

        try
        {
            await WaitForEndAsync(entry, cancel).ConfigureAwait(false);
        }
        finally
        {
            if (first)
            {
                entry.KillAt = null;
            }
        }
    }

    private async Task WaitForEndAsync(ContainerEntry entry, CancellationToken cancel)
    {
        while (entry.KillAt is { } killAt && killAt > parts.Clock.GetUtcNow())
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var time = Task.Delay(killAt - parts.Clock.GetUtcNow(), parts.Clock, waiting.Token);
            var done = await Task.WhenAny(entry.Ended.Task, time, entry.Sooner.WaitAsync(waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (done == entry.Ended.Task)
            {
                return;
            }
        }

        await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
        await entry.Ended.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    private void Signal(ContainerRecord record)
    {
        var name = record.Config.StopSignal.Length > 0 ? record.Config.StopSignal : parts.Images.Find(record.ImageId)?.Config.StopSignal ?? "";
        var signal = name.Length > 0 ? Signals.Parse(name) ?? Signals.Term : Signals.Term;
        if (new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
        {
            Signals.Send(record.Pid, signal);
        }
    }
}
