using System.Security.Cryptography;
using Tripod.Runtime.Images;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Makes a container ready to start: record, root file system, bundle. Called by the facade; <see cref="StartContainer"/> goes on from here.</summary>
internal sealed class CreateContainer(RuntimeParts parts)
{
    /// <returns>The id; of the same container again when sandbox, name and attempt are the same.</returns>
    public async Task<string> RunAsync(string? sandboxId, ContainerConfig config, CancellationToken cancel)
    {
        var sandbox = sandboxId is null ? null : parts.Table.Get(sandboxId).Record;
        var entry = Twin(sandboxId, config);
        if (entry is not null)
        {
            using (await entry.TakeTurn(cancel).ConfigureAwait(false))
            {
                Prepare(entry.Record, sandbox);
                return entry.Record.Id;
            }
        }

        var image = Image(config);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        entry = parts.Table.Add(new()
        {
            Id = id,
            SandboxId = sandboxId,
            Config = config,
            CreatedAt = parts.Clock.GetUtcNow(),
            ImageId = image.Id,
            Cgroup = sandbox is null ? $"/{parts.Options.Name}/containers/{id}" : $"{Path.GetDirectoryName(sandbox.Cgroup)}/{id}",
            LogPath = LogPath(sandbox, config, id),
        });
        try
        {
            Prepare(entry.Record, sandbox);
        }
        catch
        {
            RemoveContainer.Discard(parts, entry);
            throw;
        }

        parts.Table.Publish(ContainerEventKind.Created, entry.Record);
        return id;
    }

    /// <summary>Everything that dies with a boot; asked again it makes what is missing.</summary>
    public void Prepare(ContainerRecord record, ContainerRecord? sandbox)
    {
        var image = Image(record.Config);
        Directory.CreateDirectory(parts.Paths.Bundle(record.Id), (UnixFileMode)0x1C9); // 0711: sockets in it are reached, nothing is listed
        Directory.CreateDirectory(parts.Paths.State(record.Id), (UnixFileMode)0x1C9);
        RootfsMount.Mount(parts.Paths.Rootfs(record.Id), parts.Paths.State(record.Id), parts.Images.LayerDirectories(image.Id));
        File.WriteAllBytes(Path.Combine(parts.Paths.Bundle(record.Id), "config.json"), SpecWriter.Write(new ContainerSpecs(parts).Of(record, sandbox, image.Config)));
    }

    private ContainerEntry? Twin(string? sandboxId, ContainerConfig config) => sandboxId is null
        ? null
        : parts.Table.All.FirstOrDefault(entry => entry.Record.SandboxId == sandboxId && !entry.Record.IsPause
            && entry.Record.Config.Name == config.Name && entry.Record.Config.Attempt == config.Attempt);

    private ImageRecord Image(ContainerConfig config) =>
        parts.Images.Find(config.Image)
        ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"image {config.Image} is not present: pull it first", "CreateContainerError");

    private string LogPath(ContainerRecord? sandbox, ContainerConfig config, string id)
    {
        var path = sandbox is { Sandbox.LogDirectory.Length: > 0 } && config.LogPath.Length > 0
            ? Path.Combine(sandbox.Sandbox.LogDirectory, config.LogPath)
            : Path.Combine(parts.Paths.Root, "logs", "containers", id, "container.log");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
