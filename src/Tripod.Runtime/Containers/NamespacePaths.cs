using System.Globalization;
using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>A container's choice for each kind of namespace, as OCI writes it: a type for one of its own, a path for one to join, nothing for the host's.</summary>
internal sealed class NamespacePaths(RuntimeParts parts)
{
    /// <param name="record">The container.</param>
    /// <param name="sandbox">Null for a container of no pod.</param>
    public IReadOnlyList<(string Type, string? Path)> Of(ContainerRecord record, ContainerRecord? sandbox)
    {
        var config = record.Config;
        var choices = config.Namespaces ?? OfSandbox(config, sandbox);
        var namespaces = new List<(string, string?)> { ("mount", null) };
        AddKept(namespaces, "network", "net", choices.Net, OwnNetwork.Has(record) ? parts.Paths.Namespace(record.Id, "net") : null);
        AddKept(namespaces, "ipc", "ipc", choices.Ipc, KeptIpc(record));
        Add(namespaces, "uts", "uts", choices.Uts);
        Add(namespaces, "pid", "pid", choices.Pid);
        Add(namespaces, "user", "user", choices.User);
        Add(namespaces, "cgroup", "cgroup", choices.Cgroup);
        return namespaces;
    }

    /// <summary>What a pod's container joins: pause's net, ipc and uts; pause's pid where the pod shares it.</summary>
    private ContainerNamespaces OfSandbox(ContainerConfig container, ContainerRecord? sandbox)
    {
        // On v1 each hierarchy shows a container its own cgroup alone; on v2 only a namespace does.
        var cgroup = parts.Cgroups.IsUnified && !container.Security.Privileged ? NamespaceChoice.Private : NamespaceChoice.OfHost;
        if (sandbox?.Sandbox is not { } config)
        {
            return new() { Cgroup = cgroup };
        }

        var join = new NamespaceChoice.Join(sandbox.Id);
        return new()
        {
            Net = config.HostNetwork ? NamespaceChoice.OfHost : join,
            Uts = config.HostNetwork ? NamespaceChoice.OfHost : join,
            Ipc = config.HostIpc ? NamespaceChoice.OfHost : join,
            Pid = container.Pid is { } chosen ? chosen : config.HostPid ? NamespaceChoice.OfHost : config.SharePid ? join : NamespaceChoice.Private,
            User = config.Users is null ? NamespaceChoice.OfHost : join,
            Cgroup = cgroup,
        };
    }

    /// <summary>One of its own that is kept by a mount is joined rather than made.</summary>
    private void AddKept(List<(string, string?)> namespaces, string type, string file, NamespaceChoice choice, string? kept)
    {
        if (choice is NamespaceChoice.Own && kept is not null)
        {
            namespaces.Add((type, kept));
        }
        else
        {
            Add(namespaces, type, file, choice);
        }
    }

    private string? KeptIpc(ContainerRecord record) =>
        record.Config.Standalone is { ShareIpc: true } && parts.Paths.Namespace(record.Id, "ipc") is var path && Linux.Mounts.IsMountPoint(path) ? path : null;

    private void Add(List<(string, string?)> namespaces, string type, string file, NamespaceChoice choice)
    {
        switch (choice)
        {
            case NamespaceChoice.Own:
                namespaces.Add((type, null));
                break;
            case NamespaceChoice.Join join:
                namespaces.Add((type, PathOf(join.ContainerId, file)));
                break;
        }
    }

    private string PathOf(string id, string file)
    {
        var owner = parts.Table.Get(id).Record;
        return owner.State == ContainerState.Running && new ProcessIdentity(owner.Pid, owner.StartTicks).IsAlive
            ? string.Create(CultureInfo.InvariantCulture, $"/proc/{owner.Pid}/ns/{file}")
            : throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"cannot join the {file} namespace of container {id}: it is not running");
    }
}
