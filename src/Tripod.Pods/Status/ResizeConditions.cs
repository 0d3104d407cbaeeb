using System.Text.Json.Nodes;
using Tripod.Pods.Planning;
using Tripod.Pods.Resizing;

namespace Tripod.Pods.Status;

/// <summary>
/// What a pod's conditions say of a resize: that it waits, and why; that it is being carried out, and what hinders it. Both
/// are there only as long as they hold (KEP-1287).
/// </summary>
internal static class ResizeConditions
{
    public static readonly string[] Own = [ResizeSteps.Pending, ResizeSteps.InProgress];

    public static IEnumerable<JsonObject> Of(PodObservation seen, JsonArray? before, DateTimeOffset now)
    {
        if (seen.Pod.IsTerminal)
        {
            return [];
        }

        return ((JsonObject?[])[Pending(seen, before, now), InProgress(seen, before, now)]).OfType<JsonObject>();
    }

    private static JsonObject? Pending(PodObservation seen, JsonArray? before, DateTimeOffset now)
    {
        if (seen.ResizePending is { } pending)
        {
            return Condition(ResizeSteps.Pending, pending.Reason, pending.Message, pending.Generation, pending.LookedAt, before, now);
        }

        // An engine before this one said so; this one has not looked yet.
        return seen.Pod.WaitsForResize ? (JsonObject?)ConditionList.Find(before, ResizeSteps.Pending)?.DeepClone() : null;
    }

    private static JsonObject? InProgress(PodObservation seen, JsonArray? before, DateTimeOffset now)
    {
        var begun = seen.ResizeBegun;
        if (begun is null && !ResizeState.IsUnderWay(seen))
        {
            return null;
        }

        if ((begun ?? (long?)ConditionList.Find(before, ResizeSteps.InProgress)?["observedGeneration"]) is not { } generation)
        {
            // Nobody asked for it: limits of a pod that an earlier engine started are brought up to date.
            return null;
        }

        var trouble = seen.Memory.Resizing;
        return Condition(ResizeSteps.InProgress, trouble?.Reason ?? "", trouble?.Message ?? "", generation, trouble?.Since ?? now, before, now);
    }

    private static JsonObject Condition(string type, string reason, string message, long generation, DateTimeOffset lookedAt, JsonArray? before, DateTimeOffset now)
    {
        var old = ConditionList.Find(before, type);
        var same = old is not null && ((string?)old["reason"] ?? "") == reason;
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["observedGeneration"] = generation,
            ["lastProbeTime"] = same && ((string?)old!["message"] ?? "") == message && (long?)old["observedGeneration"] == generation && reason != ResizeFit.Deferred
                ? (string?)old["lastProbeTime"]
                : ContainerStates.Time(lookedAt),
            ["lastTransitionTime"] = same ? (string?)old!["lastTransitionTime"] : ContainerStates.Time(now),
        };
        if (reason.Length > 0)
        {
            condition["reason"] = reason;
        }

        if (message.Length > 0)
        {
            condition["message"] = message;
        }

        return condition;
    }
}
