using System.Text.Json.Serialization;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Records;

/// <summary>What is written down of a container, so that another engine finds it. A sandbox is the record of its pause container.</summary>
internal sealed record ContainerRecord
{
    public required string Id { get; init; }

    /// <summary>The sandbox it is in; its own id for pause, null for a container of no pod.</summary>
    public string? SandboxId { get; init; }

    /// <summary>Set for pause alone.</summary>
    public SandboxConfig? Sandbox { get; init; }
    public required ContainerConfig Config { get; init; }
    public ContainerState State { get; init; } = ContainerState.Created;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int ExitCode { get; init; }
    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";
    public int Pid { get; init; }

    /// <summary>With the pid and the boot, which process it is.</summary>
    public long StartTicks { get; init; }
    public string BootId { get; init; } = "";
    public string ImageId { get; init; } = "";
    public required string Cgroup { get; init; }
    public string LogPath { get; init; } = "";

    /// <summary>Who its first process is, once it has started.</summary>
    public ContainerUser? User { get; init; }

    /// <summary>Of the network namespace that it owns.</summary>
    public string Address { get; init; } = "";

    /// <summary>IPv6's beside it; empty where it has none.</summary>
    public string Address6 { get; init => field = value ?? ""; } = "";

    /// <summary>The host ports that lead to it, once they are chosen; of a container of no pod.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init => field = value ?? []; } = [];

    /// <summary>Of a sandbox that CNI plugins network, from before they are called until they have taken it back.</summary>
    public Network.Cni.PluginAttachment? Plugins { get; init; }
    public bool Paused { get; init; }

    /// <summary>Its places on networks, as long as its namespace is kept; of a container of no pod.</summary>
    public IReadOnlyList<NetworkEndpoint> Endpoints { get; init => field = value ?? []; } = [];

    [JsonIgnore]
    public bool IsPause => Sandbox is not null;

    public ContainerStatus ToStatus() => new()
    {
        Id = Id,
        SandboxId = SandboxId,
        Config = Config,
        State = State,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        ExitCode = ExitCode,
        Reason = Reason,
        Message = Message,
        Pid = State == ContainerState.Running ? Pid : 0,
        ImageId = ImageId,
        LogPath = LogPath,
        User = User,
        Paused = Paused && State == ContainerState.Running,
        Address = Address,
        Address6 = Address6,
        Endpoints = Endpoints,
        Ports = IsPause ? Sandbox!.Ports : Ports,
        Cgroup = Cgroup,
    };

    public SandboxStatus ToSandboxStatus() => new()
    {
        Id = Id,
        Config = Sandbox!,
        State = State == ContainerState.Running ? SandboxState.Ready : SandboxState.NotReady,
        CreatedAt = CreatedAt,
        Pid = State == ContainerState.Running ? Pid : 0,
        Addresses = Plugins is { } plugged ? plugged.Addresses : Address.Length == 0 ? [] : Address6.Length == 0 ? [Address] : [Address, Address6],
        Plugins = Plugins,
    };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
