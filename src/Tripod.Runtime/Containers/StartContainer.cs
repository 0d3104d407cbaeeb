using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Runs a created container: conmon holds its streams and exit code, crun makes it. Its end is followed by <see cref="ContainerEnds"/>.</summary>
internal sealed class StartContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var record = entry.Record;
        if (record.State == ContainerState.Running)
        {
            return;
        }

        if (record.State == ContainerState.Exited && record.SandboxId is not null)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} has ended: a pod's container is not started twice but made anew");
        }

        await ClearHalfStartedAsync(entry, cancel).ConfigureAwait(false);
        var sandbox = record.SandboxId is null ? null : parts.Table.Get(record.SandboxId).Record;
        try
        {
            // Not cancellable from here: what conmon has begun is seen through, so that nothing unknown runs.
            var pid = await parts.Oci.CreateAndStartAsync(id, sandbox?.Sandbox?.RuntimeHandler ?? "", record.Config, record.LogPath).ConfigureAwait(false);
            entry.Ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            parts.Table.Change(entry, known => known with
            {
                State = ContainerState.Running,
                StartedAt = parts.Clock.GetUtcNow(),
                Pid = pid,
                StartTicks = ProcessIdentity.Of(pid)?.StartTicks ?? 0,
                BootId = parts.BootId,
                ExitCode = 0,
                Reason = "",
                Message = "",
                FinishedAt = null,
            });
            parts.Table.Publish(ContainerEventKind.Started, entry.Record);
            parts.Ends.Follow(entry);
        }
        catch (RuntimeException failure)
        {
            await parts.Cgroups.KillAsync(record.Cgroup, CancellationToken.None).ConfigureAwait(false);
            parts.Oci.Forget(id);
            parts.Cgroups.Remove(record.Cgroup);
            parts.Table.Change(entry, known => known with
            {
                State = ContainerState.Exited,
                FinishedAt = parts.Clock.GetUtcNow(),
                ExitCode = 128,
                Reason = failure.Reason == "StartError" ? "StartError" : "ContainerCannotRun",
                Message = failure.Message,
            });
            parts.Table.Publish(ContainerEventKind.Stopped, entry.Record);
            throw;
        }
    }

    /// <summary>An engine that died in the middle of a start left a container that no record knows to run.</summary>
    private async Task ClearHalfStartedAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var id = entry.Record.Id;
        await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
        parts.Oci.Forget(id);
        File.Delete(parts.Paths.ExitFile(id));
        File.Delete(Path.Combine(parts.Paths.Bundle(id), "oom"));
        entry.ExitFile = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
