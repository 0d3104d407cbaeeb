using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.Pods.Standalone;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Events;

/// <summary>What happened, as <c>docker events</c> tells it: from the runtime's events, from the standalone engine's, and from the handlers themselves.</summary>
internal sealed class EventHub
{
    /// <summary>So many are kept for <c>--since</c>, as Docker does.</summary>
    private const int MostKept = 256;

    private readonly Lock gate = new();
    private readonly Queue<DockerEvent> kept = new();
    private readonly List<Channel<DockerEvent>> listeners = [];
    private readonly ContainerRuntime runtime;
    private readonly StandaloneEngine standalone;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> known = new(StringComparer.Ordinal);

    public EventHub(ContainerRuntime runtime, StandaloneEngine standalone, TimeProvider clock)
    {
        (this.runtime, this.standalone, this.clock) = (runtime, standalone, clock);
        standalone.Happened += happened => Container(happened.Container.Id, happened.Action, happened.Attributes);
    }

    /// <summary>Until it is cancelled.</summary>
    public async Task ListenAsync(CancellationToken cancel)
    {
        foreach (var status in runtime.ListAllContainers())
        {
            known[status.Id] = Attributes(status);
        }

        try
        {
            await foreach (var happened in runtime.Events(cancel).ConfigureAwait(false))
            {
                Translate(happened);
            }
        }
        catch (OperationCanceledException)
        {
            // The door closes.
        }
    }

    public void Container(string id, string action, IReadOnlyDictionary<string, string>? more = null)
    {
        var attributes = runtime.ContainerStatus(id) is { } status ? known[id] = Attributes(status) : known.GetValueOrDefault(id, []);
        var all = new Dictionary<string, string>(attributes, StringComparer.Ordinal);
        foreach (var (key, value) in more ?? new Dictionary<string, string>())
        {
            all[key] = value;
        }

        Say("container", action, id, all);
        if (action == "destroy")
        {
            known.TryRemove(id, out _);
        }
    }

    public void Say(string type, string action, string id, IReadOnlyDictionary<string, string> attributes)
    {
        var happened = new DockerEvent(type, action, id, attributes, clock.GetUtcNow());
        lock (gate)
        {
            kept.Enqueue(happened);
            if (kept.Count > MostKept)
            {
                kept.Dequeue();
            }

            listeners.ForEach(listener => listener.Writer.TryWrite(happened));
        }
    }

    /// <summary>Those kept since a time, then every one from now on, until cancelled.</summary>
    public async IAsyncEnumerable<DockerEvent> Read(DateTimeOffset? since, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateUnbounded<DockerEvent>(new() { SingleReader = true });
        List<DockerEvent> before;
        lock (gate)
        {
            before = [.. kept.Where(happened => happened.Time >= since)];
            listeners.Add(channel);
        }

        try
        {
            // Also where the time is up already.
            foreach (var happened in before)
            {
                yield return happened;
            }

            await foreach (var happened in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                yield return happened;
            }
        }
        finally
        {
            lock (gate)
            {
                listeners.Remove(channel);
            }
        }
    }

    private void Translate(ContainerEvent happened)
    {
        switch (happened.Kind)
        {
            case ContainerEventKind.Created when standalone.Find(happened.ContainerId) is null:
                Container(happened.ContainerId, "create");
                break;
            case ContainerEventKind.Started:
                Container(happened.ContainerId, "start");
                break;
            case ContainerEventKind.Stopped:
                var status = runtime.ContainerStatus(happened.ContainerId);
                if (status?.Reason == "OOMKilled")
                {
                    Container(happened.ContainerId, "oom");
                }

                Container(happened.ContainerId, "die", new Dictionary<string, string>
                {
                    ["exitCode"] = (status?.ExitCode ?? 0).ToString(CultureInfo.InvariantCulture),
                    ["execDuration"] = ((long)((status?.FinishedAt - status?.StartedAt)?.TotalSeconds ?? 0)).ToString(CultureInfo.InvariantCulture),
                });
                break;
            case ContainerEventKind.Paused:
                Container(happened.ContainerId, "pause");
                break;
            case ContainerEventKind.Unpaused:
                Container(happened.ContainerId, "unpause");
                break;
            case ContainerEventKind.Deleted when standalone.Find(happened.ContainerId) is null && happened.SandboxId is not null:
                Container(happened.ContainerId, "destroy");
                break;
        }
    }

    private Dictionary<string, string> Attributes(ContainerStatus status)
    {
        var own = standalone.Find(status.Id);
        return new(status.Config.Labels, StringComparer.Ordinal)
        {
            ["image"] = own is not null ? (string?)JsonNode.Parse(own.Request)?["Config"]?["Image"] ?? "" : ImageReference.Shorten(status.Config.Image),
            ["name"] = new KnownContainer(status, own).Name,
        };
    }
}
