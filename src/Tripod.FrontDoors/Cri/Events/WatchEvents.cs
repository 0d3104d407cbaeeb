using System.Collections.Concurrent;
using Grpc.Core;
using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Sandboxes;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using SandboxState = Tripod.Runtime.Sandboxes.SandboxState;

namespace Tripod.FrontDoors.Cri.Events;

/// <summary>GetContainerEvents: what happens to this door's containers and sandboxes, each with how the whole pod stands then.</summary>
internal sealed class WatchEvents(CriParts parts)
{
    private readonly ContainerMessages messages = new(parts.Runtime.Images);

    /// <summary>Sandboxes of this door's as they were last seen: one that has gone is still known, and told with its removal.</summary>
    private readonly ConcurrentDictionary<string, SandboxStatus> ours = new(StringComparer.Ordinal);

    public Task RunAsync(IServerStreamWriter<ContainerEventResponse> stream, ServerCallContext call) => CriCall.RunAsync(parts, call, async cancel =>
    {
        var events = parts.Runtime.Events(cancel);
        foreach (var sandbox in parts.Lookup.Sandboxes())
        {
            ours[sandbox.Id] = sandbox;
        }

        // The client sees that it is listened for.
        await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        await foreach (var happened in events.ConfigureAwait(false))
        {
            if (happened.SandboxId is { } sandbox && KindOf(happened.Kind) is { } kind && IsOurs(sandbox))
            {
                await stream.WriteAsync(Message(happened, sandbox, kind), cancel).ConfigureAwait(false);
            }
        }

        return true;
    });

    private bool IsOurs(string sandbox) => ours.ContainsKey(sandbox) || (parts.Lookup.FindSandbox(sandbox) is { } found && found.Id == sandbox && ours.TryAdd(sandbox, found));

    private ContainerEventResponse Message(ContainerEvent happened, string sandbox, ContainerEventType kind)
    {
        var message = new ContainerEventResponse { ContainerId = happened.ContainerId, ContainerEventType = kind, CreatedAt = parts.Now };
        if (parts.Runtime.PodSandboxStatus(sandbox) is { } status)
        {
            ours[sandbox] = status;
            message.PodSandboxStatus = SandboxMessages.Status(status);
            message.ContainersStatuses.AddRange(parts.Runtime.ListContainers().Where(container => container.SandboxId == sandbox).Select(container => messages.Status(container, status.Config.Users)));
        }
        else if (ours.TryGetValue(sandbox, out var gone))
        {
            message.PodSandboxStatus = SandboxMessages.Status(gone with { State = SandboxState.NotReady });
            if (happened is { Kind: ContainerEventKind.Deleted } && happened.ContainerId == sandbox)
            {
                ours.TryRemove(sandbox, out _);
            }
        }

        return message;
    }

    private static ContainerEventType? KindOf(ContainerEventKind kind) => kind switch
    {
        ContainerEventKind.Created => ContainerEventType.ContainerCreatedEvent,
        ContainerEventKind.Started => ContainerEventType.ContainerStartedEvent,
        ContainerEventKind.Stopped => ContainerEventType.ContainerStoppedEvent,
        ContainerEventKind.Deleted => ContainerEventType.ContainerDeletedEvent,
        _ => null,
    };
}
