using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Network.Cni;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>
/// A sandbox whose network CNI plugins make. Its namespace is kept at a path that plugins, and the daemons behind some of
/// them, can open, until they have taken leave of it: pause may be gone by then.
/// </summary>
internal sealed class PluggedSandbox(RuntimeParts parts)
{
    private const int LoopbackIndex = 1;

    /// <param name="netns">In which the plugins are to make it.</param>
    public async Task AttachAsync(ContainerEntry entry, NetworkList list, SandboxConfig config, FileDescriptor netns, CancellationToken cancel)
    {
        var id = entry.Record.Id;
        var path = Path.Combine(parts.Options.NetnsDirectory, $"cni-{id}");
        // Written down first: an engine that dies from here on knows whom to ask for the undoing.
        parts.Table.Change(entry, known => known with { Plugins = new(list.Name, path, []) });
        try
        {
            Directory.CreateDirectory(parts.Options.NetnsDirectory);
            await File.WriteAllBytesAsync(path, [], cancel).ConfigureAwait(false);
            Mounts.Mount($"/proc/self/fd/{netns.Number}", path, "none", MountFlags.Bind);
            using (var inside = RouteNetlink.Open(netns))
            {
                inside.Execute(new NetlinkBatch().SetUp(LoopbackIndex, "lo"));
            }

            var attachment = await parts.Plugins.AddAsync(list, id, config, path, cancel).ConfigureAwait(false);
            parts.Table.Change(entry, known => known with { Plugins = attachment });
        }
        catch (RuntimeException refused)
        {
            throw new RuntimeException(refused.Kind, $"failed to setup network for sandbox \"{id}\": {refused.Message}", inner: refused);
        }
    }

    /// <summary>Nothing happens where it is done already, or plugins never had a part in it.</summary>
    public async Task DetachAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var id = entry.Record.Id;
        if (entry.Record.Plugins is not { } attachment)
        {
            return;
        }

        try
        {
            await parts.Plugins.DeleteAsync(id, attachment, cancel).ConfigureAwait(false);
        }
        catch (RuntimeException refused)
        {
            throw new RuntimeException(refused.Kind, $"failed to destroy network for sandbox \"{id}\": {refused.Message}", inner: refused);
        }

        Mounts.Unmount(attachment.Netns);
        File.Delete(attachment.Netns);
        parts.Table.Change(entry, known => known with { Plugins = null });
    }

    /// <summary>Of an engine that begins: what the plugins made is looked at, and what nobody has any more is given back.</summary>
    public async Task ReviewAsync(CancellationToken cancel)
    {
        await parts.Plugins.CollectAsync(id => parts.Table.Find(id)?.Record.Plugins is not null, cancel).ConfigureAwait(false);
        foreach (var record in parts.Table.All.Select(entry => entry.Record).Where(record => record is { Plugins: not null, State: Containers.ContainerState.Running }).ToList())
        {
            if (await parts.Plugins.CheckAsync(record.Id, record.Plugins!, cancel).ConfigureAwait(false) is { Length: > 0 } wrong)
            {
                LogMessages.PluginCheckFailed(parts.Log, record.Id, wrong);
            }
        }
    }
}
