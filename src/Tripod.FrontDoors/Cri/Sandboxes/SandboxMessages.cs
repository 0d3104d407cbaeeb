using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Cri.Sandboxes;

/// <summary>A sandbox as the CRI shows it. Pure.</summary>
internal static class SandboxMessages
{
    public static PodSandbox Row(SandboxStatus sandbox) => new()
    {
        Id = sandbox.Id,
        Metadata = Metadata(sandbox.Config),
        State = State(sandbox),
        CreatedAt = CriParts.Nanoseconds(sandbox.CreatedAt),
        Labels = { sandbox.Config.Labels.ToDictionary() },
        Annotations = { sandbox.Config.Annotations.ToDictionary() },
        RuntimeHandler = sandbox.Config.RuntimeHandler,
    };

    public static PodSandboxStatus Status(SandboxStatus sandbox)
    {
        var status = new PodSandboxStatus
        {
            Id = sandbox.Id,
            Metadata = Metadata(sandbox.Config),
            State = State(sandbox),
            CreatedAt = CriParts.Nanoseconds(sandbox.CreatedAt),
            Network = new() { Ip = sandbox.Addresses.Count > 0 ? sandbox.Addresses[0] : "" },
            Linux = new() { Namespaces = new() { Options = Namespaces(sandbox.Config) } },
            Labels = { sandbox.Config.Labels.ToDictionary() },
            Annotations = { sandbox.Config.Annotations.ToDictionary() },
            RuntimeHandler = sandbox.Config.RuntimeHandler,
        };
        status.Network.AdditionalIps.AddRange(sandbox.Addresses.Skip(1).Select(address => new PodIP { Ip = address }));
        return status;
    }

    public static PodSandboxMetadata Metadata(SandboxConfig config) => new() { Name = config.Name, Uid = config.Uid, Namespace = config.Namespace, Attempt = (uint)config.Attempt };

    public static bool Matches(SandboxStatus sandbox, PodSandboxFilter? filter) => filter is null
        || (sandbox.Id.StartsWith(filter.Id, StringComparison.Ordinal)
            && (filter.State is null || filter.State.State == State(sandbox))
            && CriLookup.Selects(filter.LabelSelector, sandbox.Config.Labels));

    private static PodSandboxState State(SandboxStatus sandbox) => sandbox.State == Runtime.Sandboxes.SandboxState.Ready ? PodSandboxState.SandboxReady : PodSandboxState.SandboxNotready;

    private static NamespaceOption Namespaces(SandboxConfig config) => new()
    {
        Network = config.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = config.HostPid ? NamespaceMode.Node : config.SharePid ? NamespaceMode.Pod : NamespaceMode.Container,
        Ipc = config.HostIpc ? NamespaceMode.Node : NamespaceMode.Pod,
        UsernsOptions = UserNamespaceMessages.Shown(config.Users),
    };
}
