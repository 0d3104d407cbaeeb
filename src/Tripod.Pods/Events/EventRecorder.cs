using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tripod.Pods.Status;
using Tripod.Store;

namespace Tripod.Pods.Events;

/// <summary>
/// Writes Event objects as the kubelet does: the same event again raises the count of the first. Workers hand it events;
/// it writes them in order, behind their backs, so that a pod's start waits for none. They are kept for an hour.
/// </summary>
public sealed class EventRecorder : IAsyncDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>However many there are within the hour; looked at again after so many new ones.</summary>
    private const int MostKept = 4000, LookAgain = 500;

    private readonly ObjectStore store;
    private readonly string nodeName;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Channel<Occurrence> queue = Channel.CreateUnbounded<Occurrence>(new() { SingleReader = true });
    private readonly Dictionary<(EventTarget, string, string), string> known = [];
    private readonly Task writer;
    private long sequence;

    public EventRecorder(ObjectStore store, string nodeName, TimeProvider clock, ILogger log)
    {
        (this.store, this.nodeName, this.clock, this.log) = (store, nodeName, clock, log);
        writer = Task.Run(WriteAllAsync);
    }

    public void Normal(EventTarget target, string reason, string message) => Add(target, "Normal", reason, message, "kubelet");

    public void Warning(EventTarget target, string reason, string message) => Add(target, "Warning", reason, message, "kubelet");

    public void Add(EventTarget target, string type, string reason, string message, string component, IReadOnlyDictionary<string, string>? annotations = null) =>
        queue.Writer.TryWrite(new(target, type, reason, message, component, clock.GetUtcNow(), annotations));

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writer.ConfigureAwait(false);
    }

    /// <summary>Removes what was neither made nor seen again within the hour, and of too many the oldest; times that clients wrote may lie anywhere.</summary>
    public void Prune()
    {
        var events = store.List(ResourceKeys.Prefix("events")).Objects.Select(stored => (stored.Key, At: LastSeen(stored))).OrderByDescending(found => found.At).ToList();
        foreach (var (key, _) in events.Where((found, place) => place >= MostKept || clock.GetUtcNow() - found.At > Kept))
        {
            store.Delete(key);
        }
    }

    private static DateTimeOffset LastSeen(StoredObject stored)
    {
        var found = JsonNode.Parse(stored.Document.Span);
        var times = new[] { found?["metadata"]?["creationTimestamp"], found?["lastTimestamp"], found?["series"]?["lastObservedTime"] };
        return times.Max(time => DateTimeOffset.TryParse((string?)time, out var moment) ? moment : DateTimeOffset.MinValue);
    }

    private async Task WriteAllAsync()
    {
        await foreach (var occurrence in queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Write(occurrence);
            }
            catch (Exception failure) when (failure is IOException or System.Data.Common.DbException or KeyExistsException or ObjectDisposedException)
            {
                // An event that cannot be kept (a full disk, say) must not hold up those after it.
                LogMessages.EventNotWritten(log, occurrence.Reason, failure);
            }
        }
    }

    private void Write(Occurrence occurrence)
    {
        var identity = (occurrence.Target with { ResourceVersion = "" }, occurrence.Reason, occurrence.Message);
        if (known.TryGetValue(identity, out var key) && store.Update(key, found => Again(found, occurrence)) is not null)
        {
            return;
        }

        if (store.Get(ResourceKeys.Of("namespaces", null, Space(occurrence.Target))) is null)
        {
            // It went with all that was in it: nothing may be left in its name.
            return;
        }

        if (known.Count > 4096)
        {
            known.Clear();
        }

        if (sequence % LookAgain == LookAgain - 1)
        {
            Prune();
        }

        var name = $"{occurrence.Target.Name}.{occurrence.At.UtcTicks + sequence++:x16}";
        known[identity] = store.Create(ResourceKeys.Of("events", Space(occurrence.Target), name), First(name, occurrence)).Key;
    }

    /// <summary>What is in no namespace has its events in the default one.</summary>
    private static string Space(EventTarget target) => target.Namespace.Length > 0 ? target.Namespace : "default";

    private static JsonObject Again(JsonObject found, Occurrence occurrence)
    {
        found["count"] = ((int?)found["count"] ?? 0) + 1;
        found["lastTimestamp"] = ContainerStates.Time(occurrence.At);
        return found;
    }

    private JsonObject First(string name, Occurrence occurrence)
    {
        var about = new JsonObject
        {
            ["kind"] = occurrence.Target.Kind,
            ["namespace"] = occurrence.Target.Namespace,
            ["name"] = occurrence.Target.Name,
            ["uid"] = occurrence.Target.Uid,
            ["apiVersion"] = "v1",
            ["resourceVersion"] = occurrence.Target.ResourceVersion,
        };
        if (occurrence.Target.Namespace.Length == 0)
        {
            about.Remove("namespace");
        }

        if (occurrence.Target.FieldPath.Length > 0)
        {
            about["fieldPath"] = occurrence.Target.FieldPath;
        }

        var made = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Space(occurrence.Target),
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = ContainerStates.Time(occurrence.At),
            },
            ["involvedObject"] = about,
            ["reason"] = occurrence.Reason,
            ["message"] = occurrence.Message,
            ["source"] = new JsonObject { ["component"] = occurrence.Component, ["host"] = nodeName },
            ["firstTimestamp"] = ContainerStates.Time(occurrence.At),
            ["lastTimestamp"] = ContainerStates.Time(occurrence.At),
            ["count"] = 1,
            ["type"] = occurrence.Type,
            ["eventTime"] = null,
            ["reportingComponent"] = occurrence.Component,
            ["reportingInstance"] = nodeName,
        };
        if (occurrence.Annotations is { Count: > 0 } annotations)
        {
            made["metadata"]!["annotations"] = new JsonObject(annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }

        return made;
    }

    private sealed record Occurrence(EventTarget Target, string Type, string Reason, string Message, string Component, DateTimeOffset At, IReadOnlyDictionary<string, string>? Annotations);
}
