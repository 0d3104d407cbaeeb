using System.Globalization;
using System.Security.Cryptography;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Linux.Processes;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Network;
using Tripod.Runtime.Network.Cni;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;
using Tripod.Runtime.Users;

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
            if (config.Users is not null && parts.UserNamespaceProblem is { } problem)
            {
                throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, problem);
            }

            // 1. Address and host ports, before anything is made that needs them.
            var plugins = config is { MayUsePlugins: true, HostNetwork: false } ? parts.Plugins.Current : null;
            var isOwnNetwork = !config.HostNetwork && plugins is null;
            var (address, address6) = isOwnNetwork ? (parts.Network.Reserve(id, AddressBefore(entry)), parts.Network.ReserveInet6(id)) : ("", "");
            parts.Table.Change(entry, known => known with { Address = address, Address6 = address6 });
            held = config.HostNetwork ? [] : PodNetwork.HoldHostPorts(config.Ports);

            // 2. The network namespace, with the network in it. Pause alone will hold it: it dies with pause.
            //    That of a user namespace comes with the process that makes this.
            using var netns = config.HostNetwork || config.Users is not null ? null : Netns.Create();
            if (netns is not null)
            {
                await ConnectAsync(entry, netns, plugins, cancel).ConfigureAwait(false);
            }

            // 3. Files and shared memory, then pause itself, which takes the host ports' sockets over.
            //    It waits for a byte: an engine that dies before all is written down leaves no pause behind.
            var launch = new LaunchPause(parts);
            var isOurs = launch.Can(entry.Record);
            Prepare(entry.Record, netns, withBundle: !isOurs);
            await LimitPodAsync(entry.Record).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            var (leave, letGo) = Pipe.Create();
            using var letGoOn = letGo;
            IReadOnlyList<FileDescriptor> handedOver = [leave, .. held];
            held = handedOver;
            var pid = isOurs
                ? await launch.RunAsync(entry.Record, netns, handedOver, letGo).ConfigureAwait(false)
                : await parts.Oci.RunDetachedAsync(id, config.RuntimeHandler, handedOver).ConfigureAwait(false);
            if (config.Users is { } users)
            {
                await EquipAsync(entry, plugins, pid, users, isOurs, cancel).ConfigureAwait(false);
            }

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

    /// <summary>Before anything runs in it: what starts is limited from its first moment.</summary>
    private async Task LimitPodAsync(ContainerRecord record)
    {
        if (record.Sandbox!.PodLimits is { } limits)
        {
            var pod = UpdateSandbox.PodCgroup(record);
            await parts.Cgroups.MakeAsync(pod).ConfigureAwait(false);
            await parts.Cgroups.LimitAsync(pod, limits).ConfigureAwait(false);
        }
    }

    /// <param name="plugins">Null: Tripod's own network.</param>
    private async Task ConnectAsync(ContainerEntry entry, FileDescriptor netns, NetworkList? plugins, CancellationToken cancel)
    {
        var (record, config) = (entry.Record, entry.Record.Sandbox!);
        if (plugins is not null)
        {
            await new PluggedSandbox(parts).AttachAsync(entry, plugins, config, netns, cancel).ConfigureAwait(false);
        }
        else
        {
            parts.Network.Attach(record.Id, netns, record.Address, config.Ports, record.Address6);
        }
    }

    /// <summary>Network, name and parameters of namespaces that are a user namespace's: set from outside, once they are there.</summary>
    private async Task EquipAsync(ContainerEntry entry, NetworkList? plugins, int pid, UserMappings users, bool isOurs, CancellationToken cancel)
    {
        var config = entry.Record.Sandbox!;
        using (var netns = Netns.OfProcess(pid))
        {
            await ConnectAsync(entry, netns, plugins, cancel).ConfigureAwait(false);
        }

        var hostname = config.Hostname.Length > 0 ? config.Hostname : Environment.MachineName;
        await UserNamespace.Configure(pid, users.Root, hostname, isOurs ? config.Sysctls : new Dictionary<string, string>()).ConfigureAwait(false);
    }

    /// <summary>What cannot be undone now keeps its record, and goes with the next call for the same pod or the next engine.</summary>
    private async Task UndoAsync(ContainerEntry entry)
    {
        try
        {
            await RemoveSandbox.DiscardAsync(parts, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NftablesException or RuntimeException)
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
        SandboxFiles.Write(parts, bundle, record.Sandbox!, byPlugins: record.Plugins is not null);
        if (!record.Sandbox!.HostIpc)
        {
            Directory.CreateDirectory(parts.Paths.Shm(record.Id));
            var owner = record.Sandbox.Users is { } users ? string.Create(CultureInfo.InvariantCulture, $",uid={users.Root.Uid},gid={users.Root.Gid}") : "";
            Mounts.Mount("shm", parts.Paths.Shm(record.Id), "tmpfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec, $"mode=1777,size=65536k{owner}");
        }

        if (!withBundle)
        {
            return;
        }

        var image = parts.Images.Find(record.ImageId)!;
        var layers = parts.Images.LayerDirectories(image.Id);
        var rootfs = layers is [var only] && record.Sandbox.Users is null ? only : parts.Paths.Rootfs(record.Id);
        if (layers.Count == 1)
        {
            // The mount point must be there; the root file system is read-only and shared by all sandboxes.
            Directory.CreateDirectory(Path.Combine(layers[0], "dev"));
            if (rootfs != layers[0])
            {
                // Root of a user namespace could not get to the layer by its own path.
                Directory.CreateDirectory(rootfs);
                Mounts.Mount(layers[0], rootfs, "none", MountFlags.Bind);
            }
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
        if (config.Users is not null)
        {
            namespaces.AddRange([("user", null), ("network", null), ("uts", null)]);
        }
        else if (netns is not null)
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
            Users = config.Users,
            // The OCI runtime puts device nodes in /dev, which must not end up in the image's layer.
            // And runc closes fds by /proc.
            Mounts = [new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]), new("/dev", "tmpfs", "tmpfs", ["nosuid", "noexec", "mode=755", "size=64k"])],
            CgroupsPath = record.Cgroup,
            OomScoreAdj = OomScore.Clamp(-998),
            Sysctls = config.Sysctls,
        };
    }
}
