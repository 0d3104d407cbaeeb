using System.Security.Cryptography;
using Tripod.Linux;
using Tripod.Runtime.Images;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Makes a container ready to start: record, root file system, bundle. Called by the facade; <see cref="StartContainer"/> goes on from here.</summary>
internal sealed class CreateContainer(RuntimeParts parts)
{
    /// <summary>A new id; whoever writes down a container before it is made chooses one himself.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <param name="sandboxId">Null for a container of no pod.</param>
    /// <param name="config">What it is to be.</param>
    /// <param name="id">Null: a new one.</param>
    /// <param name="cancel">Ends the wait for one's turn.</param>
    /// <returns>The id; of the same container again when sandbox, name and attempt are the same.</returns>
    public async Task<string> RunAsync(string? sandboxId, ContainerConfig config, string? id, CancellationToken cancel)
    {
        var sandbox = sandboxId is null ? null : Sandbox(parts.Table, sandboxId);
        while (true)
        {
            var (entry, mine) = parts.Table.FindOrAdd(record => IsTwin(record, sandboxId, config), () => NewRecord(sandbox, config, id ?? NewId()));
            using (mine ?? await entry.TakeTurn(cancel).ConfigureAwait(false))
            {
                if (!entry.IsRemoved)
                {
                    await PrepareNewAsync(entry, sandbox, isNew: mine is not null).ConfigureAwait(false);
                    return entry.Record.Id;
                }
            }
        }
    }

    /// <summary>Everything that dies with a boot; asked again it makes what is missing.</summary>
    public void Prepare(ContainerEntry entry, ContainerRecord? sandbox)
    {
        var record = entry.Record;
        var image = Image(record.ImageId);
        using (var users = IdMappedMounts.UsersOf(sandbox))
        {
            PrepareRootfs(record, image, users, sandbox);
            if (record.SandboxId is null)
            {
                PrepareOwn(record);
            }
            else if (users is null)
            {
                DeclaredVolumes.Make(parts.Paths.Rootfs(record.Id), record.Config, image.Config.Volumes);
            }

            ImageMounts.Prepare(parts, record, users);
            if (users is not null)
            {
                IdMappedMounts.Prepare(parts, record, users);
            }
        }

        var spec = new ContainerSpecs(parts).Of(record, sandbox, image.Config);
        File.WriteAllBytes(Path.Combine(parts.Paths.Bundle(record.Id), "config.json"), SpecWriter.Write(spec));
        entry.Prepared = spec.Namespaces;
        entry.User = new(spec.User.Uid, spec.User.Gid, [.. spec.User.Groups.Select(group => (long)group)]);
    }

    private void PrepareRootfs(ContainerRecord record, ImageRecord image, FileDescriptor? users = null, ContainerRecord? sandbox = null)
    {
        Directory.CreateDirectory(parts.Paths.Bundle(record.Id), (UnixFileMode)0x1C9); // 0711: sockets in it are reached, nothing is listed
        // 0700: a program that a container has made set-uid is not for the host's users to run.
        Directory.CreateDirectory(parts.Paths.State(record.Id), (UnixFileMode)0x1C0);
        Directory.CreateDirectory(Path.GetDirectoryName(record.LogPath)!);
        var (rootfs, state, layers) = (parts.Paths.Rootfs(record.Id), parts.Paths.State(record.Id), parts.Images.LayerDirectories(image.Id));
        if (users is null)
        {
            RootfsMount.Mount(rootfs, state, layers);
        }
        else
        {
            RootfsMount.Mount(rootfs, state, layers, users, sandbox!.Sandbox!.Users!.Root);
        }
    }

    /// <summary>What a sandbox would have: files for the network, and memory that others may share; kept where somebody uses it.</summary>
    private void PrepareOwn(ContainerRecord record)
    {
        OwnFiles.Write(parts, record);
        if (record.Config.Standalone is not { ShareIpc: true } own)
        {
            return;
        }

        var shm = parts.Paths.Shm(record.Id);
        if (Mounts.IsMountPoint(shm) && !new OwnNetwork(parts).IsJoined(record.Id))
        {
            Mounts.Unmount(shm);
        }

        if (!Mounts.IsMountPoint(shm))
        {
            Directory.CreateDirectory(shm);
            Mounts.Mount("shm", shm, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec, $"mode=1777,size={(own.ShmSize > 0 ? own.ShmSize : 65536 * 1024)}");
        }
    }

    /// <exception cref="RuntimeException">NotFound; FailedPrecondition where pause does not run.</exception>
    public static ContainerRecord Sandbox(ContainerTable table, string id) => table.Find(id)?.Record switch
    {
        { IsPause: true, State: ContainerState.Running } running => running,
        { IsPause: true } => throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"sandbox {id} is not ready: run a new one"),
        _ => throw new RuntimeException(RuntimeErrorKind.NotFound, $"no such sandbox: {id}"),
    };

    private async Task PrepareNewAsync(ContainerEntry entry, ContainerRecord? sandbox, bool isNew)
    {
        if (entry.Prepared is not null || entry.Record.State != ContainerState.Created)
        {
            return;
        }

        try
        {
            if (sandbox is not null)
            {
                Prepare(entry, sandbox);
            }
            else
            {
                // Whose namespaces it joins is seen at the start: they need not be there before.
                PrepareRootfs(entry.Record, Image(entry.Record.ImageId));
            }
        }
        catch when (isNew)
        {
            await RemoveContainer.UndoAsync(parts, entry).ConfigureAwait(false);
            throw;
        }

        if (isNew)
        {
            parts.Table.Publish(ContainerEventKind.Created, entry.Record);
        }
    }

    private static bool IsTwin(ContainerRecord record, string? sandboxId, ContainerConfig config) =>
        sandboxId is not null && record.SandboxId == sandboxId && !record.IsPause
        && record.Config.Name == config.Name && record.Config.Attempt == config.Attempt;

    private ContainerRecord NewRecord(ContainerRecord? sandbox, ContainerConfig config, string id)
    {
        return new()
        {
            Id = id,
            SandboxId = sandbox?.Id,
            Config = config,
            CreatedAt = parts.Clock.GetUtcNow(),
            ImageId = Image(config.Image).Id,
            Cgroup = sandbox is null && config.Standalone is { } own
                ? parts.CgroupPaths.Standalone(own.CgroupParent, id)
                : parts.CgroupPaths.OfContainer(sandbox?.Cgroup, id),
            LogPath = LogPath(sandbox, config, id),
        };
    }

    private ImageRecord Image(string reference) =>
        parts.Images.Find(reference)
        ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"image {reference} is not present: pull it first", "CreateContainerError");

    private string LogPath(ContainerRecord? sandbox, ContainerConfig config, string id) =>
        sandbox is { Sandbox.LogDirectory.Length: > 0 } && config.LogPath.Length > 0
            ? Path.Combine(sandbox.Sandbox.LogDirectory, config.LogPath)
            : Path.Combine(parts.Paths.OwnLogs(id), "container.log");
}
