using System.Text.Json.Nodes;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>
/// The conditions a kubelet keeps, with the moment each last turned; conditions of others (readiness gates) stay.
/// </summary>
internal static class PodConditions
{
    private const string Placed = "PodScheduled";

    private static readonly string[] Own = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", Placed, RestartAll.Condition];

    public static JsonArray Of(PodObservation seen, string phase, JsonArray? before, DateTimeOffset now)
    {
        var conditions = new JsonArray();
        // Of a pod that is on no node there is nothing to say but that.
        foreach (var type in string.IsNullOrEmpty(seen.Pod.Spec.NodeName) ? [Placed] : Own)
        {
            if (Judge(type, seen, phase) is var (status, reason, message))
            {
                conditions.Add((JsonNode)Condition(type, status, reason, message, seen, ConditionList.Find(before, type), now));
            }
        }

        foreach (var condition in ResizeConditions.Of(seen, before, now))
        {
            conditions.Add((JsonNode)condition);
        }

        foreach (var foreign in (before ?? []).OfType<JsonObject>().Where(condition => !Own.Contains((string?)condition["type"]) && !ResizeConditions.Own.Contains((string?)condition["type"])))
        {
            conditions.Add(foreign.DeepClone());
        }

        return conditions;
    }

    private static (bool Status, string? Reason, string? Message)? Judge(string type, PodObservation seen, string phase) => type switch
    {
        "PodReadyToStartContainers" => (seen.ReadySandbox is not null, null, null),
        "Initialized" => Initialized(seen, phase),
        "ContainersReady" => ContainersReady(seen, phase),
        "Ready" => Ready(seen, phase),
        RestartAll.Condition => Restarting(seen, phase),
        _ => Scheduled(seen),
    };

    /// <summary>Said of those pods alone that have such a rule.</summary>
    private static (bool, string?, string?)? Restarting(PodObservation seen, string phase) =>
        !RestartAll.IsPossible(seen.Pod) ? null
        : phase is "Succeeded" or "Failed" ? (false, phase == "Succeeded" ? "PodCompleted" : "PodFailed", null)
        : RestartAll.IsUnderWay(seen) ? (true, RestartAll.Started, RestartAll.Why)
        : (false, null, null);

    private static (bool, string?, string?)? Scheduled(PodObservation seen) =>
        !string.IsNullOrEmpty(seen.Pod.Spec.NodeName) ? (true, null, null)
        : seen.Memory.Scheduling is { } trouble ? (false, trouble.Reason, trouble.Message)
        : null;

    private static (bool, string?, string?) Initialized(PodObservation seen, string phase)
    {
        var incomplete = seen.Pod.Inits.Where(init => init.Role == ContainerRole.Sidecar ? !seen.IsStarted(init) : seen.Newest(init.Name) is not { State: ContainerState.Exited, ExitCode: 0 })
            .Select(init => init.Name).ToList();
        return phase == "Succeeded" ? (true, "PodCompleted", null)
            : incomplete.Count == 0 || seen.Pod.Apps.Any(seen.HasBegun) ? (true, null, null)
            : (false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
    }

    private static (bool, string?, string?) ContainersReady(PodObservation seen, string phase)
    {
        if (phase is "Succeeded" or "Failed")
        {
            return (false, phase == "Succeeded" ? "PodCompleted" : "PodFailed", null);
        }

        var unready = seen.Pod.Containers.Where(container => container.RunsOn && !seen.IsReady(container)).Select(container => container.Name).ToList();
        return unready.Count == 0
            ? (true, null, null)
            : (false, "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
    }

    private static (bool, string?, string?) Ready(PodObservation seen, string phase)
    {
        var containers = ContainersReady(seen, phase);
        if (!containers.Item1)
        {
            return containers;
        }

        var gates = seen.Pod.Spec.ReadinessGates ?? [];
        var open = gates.Where(gate => seen.Pod.Object.Status?.Conditions?.Any(condition => condition.Type == gate.ConditionType && condition.Status == "True") != true).ToList();
        return open.Count == 0
            ? (true, null, null)
            : (false, "ReadinessGatesNotReady", string.Join(", ", open.Select(gate => $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\"")));
    }

    private static JsonObject Condition(string type, bool status, string? reason, string? message, PodObservation seen, JsonObject? before, DateTimeOffset now)
    {
        var word = status ? "True" : "False";
        var turned = before is not null && (string?)before["status"] == word ? (string?)before["lastTransitionTime"] : null;
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = word,
            ["observedGeneration"] = seen.Pod.Object.Metadata.Generation ?? 1,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = turned ?? ContainerStates.Time(now),
        };
        if (reason is not null)
        {
            condition["reason"] = reason;
        }

        if (message is not null)
        {
            condition["message"] = message;
        }

        return condition;
    }
}
