using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Network;
using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>
/// The network of a container of no pod. <see cref="StartContainer"/> has it opened before the start; what follows the
/// container's end gives it back. A mount keeps the namespace, so that it outlives its owner as long as somebody has joined it.
/// </summary>
internal sealed class OwnNetwork(RuntimeParts parts)
{
    public static bool Has(ContainerRecord record) =>
        record is { IsPause: false, SandboxId: null, Config.Standalone.Network: not null } && Choices(record).Net is NamespaceChoice.Own;

    /// <summary>Namespace, address, host ports: each step finds what a predecessor left.</summary>
    /// <returns>Sockets that hold the host ports, for conmon to keep.</returns>
    public IReadOnlyList<FileDescriptor> Open(ContainerEntry entry)
    {
        if (!Has(entry.Record))
        {
            return [];
        }

        var id = entry.Record.Id;
        using var netns = Namespace(id);
        var (mappings, held) = HostPortChoice.Hold(entry.Record.Config.Standalone!.Network!.Ports);
        try
        {
            var wishes = entry.Record.Config.Standalone!.Network!.Attachments;
            for (var index = 0; index < wishes.Count; index++)
            {
                Attach(entry, wishes[index], netns, index, isFirst: index == 0);
            }

            parts.Table.Change(entry, known => known with { Ports = mappings });
            Publish(entry.Record);
            return held;
        }
        catch
        {
            HostPortChoice.LetGo(held);
            throw;
        }
    }

    /// <summary>One more interface; the address is written down before it is used.</summary>
    public void Attach(ContainerEntry entry, NetworkAttachment wish, FileDescriptor netns, int index, bool isFirst)
    {
        var id = entry.Record.Id;
        if (wish.NetworkId.Length > 0)
        {
            var endpoint = parts.Networks.Attach(id, wish, netns, index, isFirst);
            parts.Table.Change(entry, known => Placed(known, endpoint, isFirst));
            return;
        }

        var address = entry.Record.Endpoints.FirstOrDefault(known => known.NetworkId.Length == 0)?.Address ?? parts.Network.Reserve(id);
        parts.Table.Change(entry, known => Placed(known, new("", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"eth{index}"), address, ContainerRuntime.MacOf(address)), isFirst));
        parts.Network.Attach(id, netns, address, index, isFirst);
    }

    /// <summary>Takes one interface away from a container that goes on.</summary>
    public void Detach(ContainerEntry entry, string networkId)
    {
        if (networkId.Length > 0)
        {
            parts.Networks.Detach(entry.Record.Id, networkId);
        }
        else
        {
            parts.Network.Detach(entry.Record.Id);
        }

        parts.Table.Change(entry, known => known with { Endpoints = [.. known.Endpoints.Where(endpoint => endpoint.NetworkId != networkId)] });
    }

    /// <summary>The network that was the first has been left, or there was none: default route and host ports are the next one's.</summary>
    /// <param name="entry">A container that goes on.</param>
    /// <param name="next">Null: it is on no network.</param>
    public void LeadTo(ContainerEntry entry, NetworkAttachment? next)
    {
        parts.Network.Unpublish(entry.Record.Id);
        parts.Table.Change(entry, known => known with { Address = "" });
        if (next is null || entry.Record.Endpoints.FirstOrDefault(endpoint => endpoint.NetworkId == next.NetworkId) is not { } endpoint)
        {
            return;
        }

        using var netns = Netns.OfProcess(entry.Record.Pid);
        Attach(entry, next, netns, int.Parse(endpoint.Interface[3..], System.Globalization.CultureInfo.InvariantCulture), isFirst: true);
        Publish(entry.Record);
    }

    private void Publish(ContainerRecord record)
    {
        if (record.Address.Length > 0)
        {
            var first = record.Endpoints.FirstOrDefault(endpoint => endpoint.Address == record.Address);
            parts.Network.Publish(record.Id, [.. ((string[])[record.Address, first?.Address6 ?? ""]).Where(address => address.Length > 0).Select(System.Net.IPAddress.Parse)], record.Ports);
        }
    }

    private static ContainerRecord Placed(ContainerRecord known, NetworkEndpoint endpoint, bool isFirst) => known with
    {
        Address = isFirst ? endpoint.Address : known.Address,
        Endpoints = [.. known.Endpoints.Where(other => other.NetworkId != endpoint.NetworkId), endpoint],
    };

    /// <summary>Gives back what nobody uses any more: the owner has ended, and so has everybody who joined it.</summary>
    public void Release(ContainerEntry entry)
    {
        var record = entry.Record;
        if (record.IsPause || record.SandboxId is not null || record.State == ContainerState.Running || IsJoined(record.Id))
        {
            return;
        }

        Forget(record);
        Mounts.Unmount(parts.Paths.Namespace(record.Id, "net"));
        Mounts.Unmount(parts.Paths.Namespace(record.Id, "ipc"));
        if (record.Address.Length > 0 || record.Ports.Count > 0 || record.Endpoints.Count > 0)
        {
            parts.Table.Change(entry, known => known with { Address = "", Ports = [], Endpoints = [] });
        }
    }

    /// <summary>Addresses, links and rules.</summary>
    public void Forget(ContainerRecord record)
    {
        if (!Has(record))
        {
            return;
        }

        parts.Network.Detach(record.Id);
        foreach (var endpoint in record.Endpoints.Where(endpoint => endpoint.NetworkId.Length > 0))
        {
            parts.Networks.Detach(record.Id, endpoint.NetworkId);
        }
    }

    /// <summary>Of an engine that begins: what it has is held, and led to.</summary>
    public void Restore(ContainerRecord record)
    {
        foreach (var endpoint in record.Endpoints.Where(endpoint => endpoint.NetworkId.Length > 0))
        {
            parts.Networks.Restore(record.Id, endpoint);
        }

        if (record.Endpoints.FirstOrDefault(endpoint => endpoint.NetworkId.Length == 0) is { } onBridge)
        {
            parts.Network.Restore(record.Id, onBridge.Address, []);
        }

        Publish(record);
    }

    /// <summary>After a joiner's end: its owners may have waited for it.</summary>
    public void ReleaseJoined(ContainerRecord joiner)
    {
        foreach (var owner in Joined(joiner).Select(parts.Table.Find).OfType<ContainerEntry>())
        {
            Release(owner);
        }
    }

    /// <summary>The IPC namespace is kept as the network is: a restart finds it where somebody has joined it.</summary>
    public void KeepIpc(ContainerRecord record)
    {
        if (record.Config.Standalone is { ShareIpc: true } && Choices(record).Ipc is NamespaceChoice.Own)
        {
            Keep($"/proc/{record.Pid}/ns/ipc", parts.Paths.Namespace(record.Id, "ipc"));
        }
    }

    public bool IsJoined(string id) =>
        parts.Table.All.Any(entry => entry.Record is { SandboxId: null, State: ContainerState.Running } other && other.Id != id && Joined(other).Contains(id));

    private static IEnumerable<string> Joined(ContainerRecord record)
    {
        var choices = Choices(record);
        return new[] { choices.Net, choices.Ipc, choices.Pid, choices.Uts }.OfType<NamespaceChoice.Join>().Select(join => join.ContainerId).Distinct();
    }

    private static ContainerNamespaces Choices(ContainerRecord record) => record.Config.Namespaces ?? new();

    private FileDescriptor Namespace(string id)
    {
        var path = parts.Paths.Namespace(id, "net");
        if (Mounts.IsMountPoint(path))
        {
            return Netns.Open(path);
        }

        var made = Netns.Create();
        Keep($"/proc/self/fd/{made.Number}", path);
        return made;
    }

    private static void Keep(string source, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, []);
        }

        if (!Mounts.IsMountPoint(path))
        {
            Mounts.Mount(source, path, "none", MountFlags.Bind);
        }
    }
}
