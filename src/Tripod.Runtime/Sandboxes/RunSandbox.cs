using System.Globalization;
using System.Security.Cryptography;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Linux.Processes;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Network;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>
/// Pause with its network and its cgroup, for a pod's containers to join. Called by the facade with what the pod engine
/// or a kubelet wants; hands pause to <see cref="OciRuntime"/>. Reserve, do, undo in reverse.
/// </summary>
internal sealed class RunSandbox(RuntimeParts parts)
{
    public async Task<SandboxStatus> RunAsync(SandboxConfig config, CancellationToken cancel)
    {
        while (true)
        {
            var (entry, mine) = parts.Table.FindOrAdd(record => IsTwin(record, config), () => NewRecord(config));
            if (mine is not null)
            {
                using (mine)
                {
                    return await MakeAsync(entry, config, cancel).ConfigureAwait(false);
                }
            }

            using (await entry.TakeTurn(cancel).ConfigureAwait(false))
            {
                if (!entry.IsRemoved && entry.Record.State == ContainerState.Running)
                {
                    return entry.Record.ToSandboxStatus();
                }
            }

            // Half-made by an engine that died, or ended: the same identity gets a new sandbox.
            await new RemoveSandbox(parts).RunAsync(entry.Record.Id, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The record stands already: from here on another engine knows what to clean up.</summary>
    private async Task<SandboxStatus> MakeAsync(ContainerEntry entry, SandboxConfig config, CancellationToken cancel)
    {
        var id = entry.Record.Id;
        IReadOnlyList<FileDescriptor> held = [];
        try
        {
            // 1. Address and host ports, before anything is made that needs them.
            var address = config.HostNetwork ? "" : parts.Network.Reserve(id, AddressBefore(entry));
            parts.Table.Change(entry, known => known with { Address = address });
            held = config.HostNetwork ? [] : PodNetwork.HoldHostPorts(config.Ports);

            // 2. The network namespace, with the network in it. Pause alone will hold it: it dies with pause.
            using var netns = config.HostNetwork ? null : Netns.Create();
            if (netns is not null)
            {
                parts.Network.Attach(id, netns, address, config.Ports);
            }

            // 3. Files and shared memory, then pause itself, which takes the host ports' sockets over.
            //    It waits for a byte: an engine that dies before all is written down leaves no pause behind.
            var launch = new LaunchPause(parts);
            var isOurs = launch.Can(entry.Record);
            Prepare(entry.Record, netns, withBundle: !isOurs);
            cancel.ThrowIfCancellationRequested();
            var (leave, letGo) = Pipe.Create();
            using var letGoOn = letGo;
            IReadOnlyList<FileDescriptor> handedOver = [leave, .. held];
            held = handedOver;
            var pid = isOurs
                ? await launch.RunAsync(entry.Record, netns, handedOver).ConfigureAwait(false)
                : await parts.Oci.RunDetachedAsync(id, config.RuntimeHandler, handedOver).ConfigureAwait(false);
            parts.Table.Change(entry, known => known with
            {
                State = ContainerState.Running,
                StartedAt = parts.Clock.GetUtcNow(),
                Pid = pid,
                StartTicks = ProcessIdentity.Of(pid)?.StartTicks ?? 0,
                BootId = parts.BootId,
            });
            Pipe.WriteByte(letGo);
        }
        catch
        {
            await UndoAsync(entry).ConfigureAwait(false);
            throw;
        }
        finally
        {
            foreach (var socket in held)
            {
                socket.Dispose();
            }
        }

        parts.Table.Publish(ContainerEventKind.Started, entry.Record);
        _ = parts.Ends.Follow(entry);
        return entry.Record.ToSandboxStatus();
    }

    /// <summary>What cannot be undone now keeps its record, and goes with the next call for the same pod or the next engine.</summary>
    private async Task UndoAsync(ContainerEntry entry)
    {
        try
        {
            await RemoveSandbox.DiscardAsync(parts, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NftablesException)
        {
            LogMessages.UndoFailed(parts.Log, entry.Record.Id, failure);
        }
    }

    /// <summary>After a boot, or the death of pause, whoever knows the pod by its address finds it there again, unless it is given away.</summary>
    private string AddressBefore(ContainerEntry entry) => parts.Table.All
        .Where(other => other != entry && other.Record.Sandbox is { } sandbox && sandbox.Uid == entry.Record.Sandbox!.Uid && sandbox.Owner == entry.Record.Sandbox.Owner)
        .OrderByDescending(other => other.Record.CreatedAt)
        .Select(other => other.Record.Address)
        .FirstOrDefault("");

    private static bool IsTwin(ContainerRecord record, SandboxConfig config) =>
        record.Sandbox is { } other && other.Uid == config.Uid && other.Name == config.Name
        && other.Namespace == config.Namespace && other.Attempt == config.Attempt && other.Owner == config.Owner;

    private ContainerRecord NewRecord(SandboxConfig config)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var image = parts.Images.Find(parts.Options.PauseImage)
            ?? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"pause image {parts.Options.PauseImage} is not present");
        return new()
        {
            Id = id,
            SandboxId = id,
            Sandbox = config,
            Config = new() { Name = "POD", Attempt = config.Attempt, Image = parts.Options.PauseImage, Labels = config.Labels, Annotations = config.Annotations },
            CreatedAt = parts.Clock.GetUtcNow(),
            ImageId = image.Id,
            Cgroup = config is { CgroupParentFromRoot: true, CgroupParent.Length: > 0 } ? parts.CgroupPaths.OfSandboxFromRoot(config.CgroupParent, id) : parts.CgroupPaths.OfSandbox(config.CgroupParent, config.Uid, id),
        };
    }

    private void Prepare(ContainerRecord record, FileDescriptor? netns, bool withBundle)
    {
        var bundle = parts.Paths.Bundle(record.Id);
        Directory.CreateDirectory(bundle, (UnixFileMode)0x1C9); // 0711: containers of any user read the files below
        SandboxFiles.Write(parts, bundle, record.Sandbox!);
        if (!record.Sandbox!.HostIpc)
        {
            Directory.CreateDirectory(parts.Paths.Shm(record.Id));
            Mounts.Mount("shm", parts.Paths.Shm(record.Id), "tmpfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec, "mode=1777,size=65536k");
        }

        if (!withBundle)
        {
            return;
        }

        var image = parts.Images.Find(record.ImageId)!;
        var layers = parts.Images.LayerDirectories(image.Id);
        var rootfs = layers is [var only] ? only : parts.Paths.Rootfs(record.Id);
        if (layers.Count == 1)
        {
            // The mount point must be there; the root file system is read-only and shared by all sandboxes.
            Directory.CreateDirectory(Path.Combine(rootfs, "dev"));
        }
        else
        {
            RootfsMount.Mount(rootfs, parts.Paths.State(record.Id), layers);
        }

        File.WriteAllBytes(Path.Combine(bundle, "config.json"), SpecWriter.Write(Spec(record, rootfs, netns, [.. image.Config.Entrypoint, .. image.Config.Cmd])));
    }

    /// <summary>Pause runs as nobody, with no capability, on a read-only root: it holds namespaces and fds and does nothing.</summary>
    private static ContainerSpec Spec(ContainerRecord record, string rootfs, FileDescriptor? netns, IReadOnlyList<string> args)
    {
        var config = record.Sandbox!;
        var namespaces = new List<(string, string?)> { ("mount", null) };
        if (netns is not null)
        {
            namespaces.Add(("network", string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{netns.Number}")));
            namespaces.Add(("uts", null));
        }

        if (!config.HostIpc)
        {
            namespaces.Add(("ipc", null));
        }

        if (!config.HostPid)
        {
            namespaces.Add(("pid", null));
        }

        return new()
        {
            RootfsPath = rootfs,
            Args = args,
            Env = ["PATH=/"],
            User = new(65535, 65535, [], "/"),
            ReadOnlyRootfs = true,
            NoNewPrivileges = true,
            Capabilities = new HashSet<string>(),
            Hostname = netns is null ? "" : config.Hostname,
            Namespaces = namespaces,
            // The OCI runtime puts device nodes in /dev, which must not end up in the image's layer.
            Mounts = [new("/dev", "tmpfs", "tmpfs", ["nosuid", "noexec", "mode=755", "size=64k"])],
            CgroupsPath = record.Cgroup,
            OomScoreAdj = OomScore.Clamp(-998),
            Sysctls = config.Sysctls,
        };
    }
}
