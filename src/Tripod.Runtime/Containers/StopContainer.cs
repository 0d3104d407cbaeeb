using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Asks a container to end, by its stop signal, and after the grace period kills its whole cgroup. The end is written down by <see cref="ContainerEnds"/>.</summary>
internal sealed class StopContainer(RuntimeParts parts)
{
    /// <param name="id">One that is gone has ended.</param>
    /// <param name="grace">Until it is killed.</param>
    /// <param name="cancel">Leaves off waiting; what was begun goes on by the next call.</param>
    /// <param name="signal">In place of its own stop signal, for this once.</param>
    public async Task RunAsync(string id, TimeSpan grace, CancellationToken cancel, int? signal = null)
    {
        if (parts.Table.Find(id) is not { } entry)
        {
            return;
        }

        using (await entry.TakeTurn(cancel).ConfigureAwait(false))
        {
            // A start that is under way is seen through first: what it starts is to be stopped too.
        }

        if (entry.Record.State != ContainerState.Running)
        {
            return;
        }

        var first = entry.Stopping.Join(parts.Clock.GetUtcNow() + grace);
        try
        {
            // A pod's container runs once, and is asked once: whoever stops it anew, as a kubelet does after its own restart, waits. Many a program takes a second signal for a wish to end at once.
            if (first && grace > TimeSpan.Zero && (entry.Record.SandboxId is null || entry.Stopping.TakeSignal()))
            {
                Signal(entry.Record, signal);
            }

            await WaitForEndAsync(entry, cancel).ConfigureAwait(false);
        }
        finally
        {
            entry.Stopping.Leave();
        }
    }

    private async Task WaitForEndAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var ended = entry.Ended.Task;
        while (entry.Stopping.Now is var (killAt, sooner) && killAt - parts.Clock.GetUtcNow() is { Ticks: > 0 } left)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var done = await Task.WhenAny(ended, sooner, Task.Delay(Shorter(left), parts.Clock, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (done == ended)
            {
                await ended.ConfigureAwait(false);
                return;
            }
        }

        await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
        await ended.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A timer takes at most 49 days; the loop asks again.</summary>
    private static TimeSpan Shorter(TimeSpan left) => left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1);

    private void Signal(ContainerRecord record, int? instead)
    {
        var name = record.Config.StopSignal.Length > 0 ? record.Config.StopSignal : parts.Images.Find(record.ImageId)?.Config.StopSignal ?? "";
        if (record.Paused)
        {
            // It could not act on the signal else.
            parts.Cgroups.Freeze(record.Cgroup, frozen: false);
        }

        using var process = Pidfd.Open(record.Pid);
        if (process is not null && new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
        {
            process.Signal(instead ?? Signals.Parse(name) ?? Signals.Term);
        }
    }
}
