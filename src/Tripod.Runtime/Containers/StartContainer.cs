using Tripod.Linux;
using Tripod.Linux.Processes;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Network;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Runs a created container: conmon holds its streams and exit code, crun makes it. Its end is followed by <see cref="ContainerEnds"/>.</summary>
internal sealed class StartContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var record = entry.IsRemoved ? parts.Table.Get(id).Record : entry.Record;
        if (record.State == ContainerState.Running)
        {
            return;
        }

        if (record.State == ContainerState.Exited && record.SandboxId is not null)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} has ended: a pod's container is not started twice but made anew");
        }

        var sandbox = record.SandboxId is null ? null : CreateContainer.Sandbox(parts.Table, record.SandboxId);
        LinkedContainers.Check(parts, record);
        await ClearHalfStartedAsync(entry, cancel).ConfigureAwait(false);
        var held = Prepare(entry, sandbox);
        try
        {
            // Not cancellable from here: what conmon has begun is seen through, so that nothing unknown runs.
            entry.Ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var pid = await parts.Oci.CreateAndStartAsync(id, RuntimeHandler.Of(parts, record), record.Config, record.LogPath, held, made => CreatedAsync(entry, sandbox, made)).ConfigureAwait(false);
            Started(entry, pid);
        }
        catch (Exception failure)
        {
            await FailedAsync(entry, failure).ConfigureAwait(false);
            throw;
        }
        finally
        {
            HostPortChoice.LetGo(held);
        }
    }

    /// <summary>Network, files and bundle; the network is given back where the rest fails.</summary>
    /// <returns>What conmon is to hold as long as the container runs.</returns>
    private IReadOnlyList<FileDescriptor> Prepare(ContainerEntry entry, ContainerRecord? sandbox)
    {
        var network = new OwnNetwork(parts);
        IReadOnlyList<FileDescriptor> held = [];
        try
        {
            held = network.Open(entry);
            parts.Volumes.MountAll(entry.Record.Config.Mounts.Where(mount => mount.HostPath.Length > 0).Select(mount => mount.HostPath));
            PrepareAgain(entry, sandbox);
            OwnFiles.Write(parts, entry.Record);
            return held;
        }
        catch (Exception failure)
        {
            HostPortChoice.LetGo(held);
            network.Release(entry);
            _ = entry.AttachWaitingAsync(failure);
            throw;
        }
    }

    /// <summary>Before its command begins: whoever waits for its first byte is attached, and its streams are its own user's.</summary>
    private async Task CreatedAsync(ContainerEntry entry, ContainerRecord? sandbox, int pid)
    {
        await parts.Cgroups.TellAsync(entry.Record.Cgroup, CgroupFeatures.Enforceable(entry.Record.Config.Resources)).ConfigureAwait(false);
        if (sandbox?.Sandbox?.Users is { } users && entry.User is { } user && !entry.Record.Config.Tty)
        {
            StreamOwner.Give(pid, users, user);
        }

        await entry.AttachWaitingAsync(null).ConfigureAwait(false);
    }

    private void Started(ContainerEntry entry, int pid)
    {
        entry.Prepared = null;
        parts.Table.Change(entry, known => known with
        {
            State = ContainerState.Running,
            StartedAt = parts.Clock.GetUtcNow(),
            Pid = pid,
            StartTicks = ProcessIdentity.Of(pid)?.StartTicks ?? 0,
            BootId = parts.BootId,
            User = entry.User ?? known.User,
            ExitCode = 0,
            Reason = "",
            Message = "",
            FinishedAt = null,
            Paused = false,
        });
        new OwnNetwork(parts).KeepIpc(entry.Record);
        if (entry.Record.Config.Standalone is not null)
        {
            foreach (var linking in LinkedContainers.To(parts, entry.Record.Id))
            {
                OwnFiles.Write(parts, linking);
            }
        }

        parts.Table.Publish(ContainerEventKind.Started, entry.Record);
        _ = parts.Ends.Follow(entry);
    }

    private async Task FailedAsync(ContainerEntry entry, Exception failure)
    {
        await ClearHalfStartedAsync(entry, CancellationToken.None).ConfigureAwait(false);
        parts.Table.Change(entry, known => known with
        {
            State = ContainerState.Exited,
            FinishedAt = parts.Clock.GetUtcNow(),
            ExitCode = 128,
            Reason = failure is RuntimeException { Reason: "StartError" } ? "StartError" : "ContainerCannotRun",
            Message = failure.Message,
        });
        new OwnNetwork(parts).Release(entry);
        entry.Ended.TrySetResult();
        await entry.AttachWaitingAsync(failure).ConfigureAwait(false);
        parts.Table.Publish(ContainerEventKind.Stopped, entry.Record);
    }

    /// <summary>What a boot took away is made again; and a container that it joins or is linked to may run elsewhere by now.</summary>
    private void PrepareAgain(ContainerEntry entry, ContainerRecord? sandbox)
    {
        if (entry.Prepared is null || entry.Record.Config.Standalone is { Links.Count: > 0 } || !entry.Prepared.SequenceEqual(new NamespacePaths(parts).Of(entry.Record, sandbox)))
        {
            new CreateContainer(parts).Prepare(entry, sandbox);
        }
    }

    /// <summary>An engine that died in the middle of a start left a container that no record knows to run.</summary>
    private async Task ClearHalfStartedAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var record = entry.Record;
        await parts.Cgroups.KillAsync(record.Cgroup, cancel).ConfigureAwait(false);
        await ContainerMonitor.EndAsync(parts.Paths.Bundle(record.Id), record.Id, parts.Clock).ConfigureAwait(false);
        await parts.Cgroups.ForgetAsync(record.Cgroup).ConfigureAwait(false);
        parts.Oci.Forget(record.Id);
        parts.Cgroups.Remove(record.Cgroup);
        File.Delete(parts.Paths.ExitFile(record.Id));
        if (Directory.Exists(parts.Paths.Bundle(record.Id)))
        {
            // After a boot there is none.
            File.Delete(Path.Combine(parts.Paths.Bundle(record.Id), "oom"));
        }

        entry.ExitFile = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
