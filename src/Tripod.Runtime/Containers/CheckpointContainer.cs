using System.Formats.Tar;
using System.Text.Json.Nodes;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>
/// Writes a running container's memory and files as an archive, from which it may be looked into or brought back elsewhere
/// (CRIU; KEP-2008). The container goes on. The archive has the entries that podman's and CRI-O's have: <c>checkpoint/</c>,
/// <c>rootfs-diff.tar</c>, <c>config.dump</c>, <c>spec.dump</c>, <c>dump.log</c>.
/// </summary>
internal sealed class CheckpointContainer(RuntimeParts parts)
{
    private const string Criu = "criu";

    /// <param name="location">The archive's absolute path; there all at once, or not.</param>
    /// <exception cref="RuntimeException">CRIU is missing, or it failed: with the last of what it said.</exception>
    public async Task RunAsync(string id, string location, CancellationToken cancel)
    {
        if (!Path.IsPathFullyQualified(location))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"location \"{location}\": the archive's absolute path is needed");
        }

        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var record = entry.Record;
        if (record.State != ContainerState.Running || record.Paused)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is {(record.Paused ? "paused" : "not running")}: only one that runs has a state to be kept");
        }

        if (OciRuntime.Locate(Criu) is null)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id}: checkpoints need CRIU, which is not installed: apt install criu iptables");
        }

        var work = Directory.CreateTempSubdirectory($"tripod-checkpoint-{id[..12]}-").FullName;
        try
        {
            var images = Directory.CreateDirectory(Path.Combine(work, "checkpoint")).FullName;
            await parts.Oci.CheckpointAsync(id, RuntimeHandler.Of(parts, record), images, work).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            await PrivateFile.WriteAsync(location, archive => PackAsync(record, work, images, archive, cancel)).ConfigureAwait(false);
        }
        finally
        {
            TreeRemoval.Remove(work);
        }
    }

    private async Task PackAsync(ContainerRecord record, string work, string images, Stream target, CancellationToken cancel)
    {
        var layer = Path.Combine(work, "rootfs-diff.tar");
        await using (var diff = File.Create(layer))
        {
            await new Files.PackLayer(isLayer: true).RunAsync(parts.Paths.Upper(record.Id), diff, cancel).ConfigureAwait(false);
        }

        var config = Path.Combine(work, "config.dump");
        await File.WriteAllTextAsync(config, Describe(record).ToJsonString(), cancel).ConfigureAwait(false);
        await using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var (path, name) in (IEnumerable<(string, string)>)[(config, "config.dump"), (Path.Combine(parts.Paths.Bundle(record.Id), "config.json"), "spec.dump"), (layer, "rootfs-diff.tar"), (Path.Combine(work, "dump.log"), "dump.log")])
        {
            if (File.Exists(path))
            {
                await tar.WriteEntryAsync(path, name, cancel).ConfigureAwait(false);
            }
        }

        await tar.WriteEntryAsync(images, "checkpoint", cancel).ConfigureAwait(false);
        foreach (var image in Directory.EnumerateFiles(images).Order(StringComparer.Ordinal))
        {
            await tar.WriteEntryAsync(image, $"checkpoint/{Path.GetFileName(image)}", cancel).ConfigureAwait(false);
        }
    }

    private JsonObject Describe(ContainerRecord record) => new()
    {
        ["id"] = record.Id,
        ["name"] = record.Config.Name,
        ["rootfsImage"] = record.Config.Image,
        ["rootfsImageRef"] = record.ImageId,
        ["runtime"] = Path.GetFileName(parts.Oci.CommandPrefix(record.Id, RuntimeHandler.Of(parts, record))[0]),
        ["createdTime"] = record.CreatedAt.ToString("O"),
        ["checkpointedTime"] = parts.Clock.GetUtcNow().ToString("O"),
    };
}
