using System.Text.Json.Nodes;
using Tripod.Pods.Planning;

namespace Tripod.Pods.Status;

/// <summary>
/// Makes <c>status</c> from what is observed: pure, and the only writer of what it writes. Members that others own
/// (nominatedNodeName, foreign conditions …) are carried over.
/// </summary>
internal static class PodStatusDocument
{
    public static JsonObject Make(PodObservation seen, JsonObject? before, string nodeIp, DateTimeOffset now)
    {
        var status = (JsonObject?)before?.DeepClone() ?? [];
        var phase = PodPhase.Of(seen, now);
        status["observedGeneration"] = seen.Pod.Object.Metadata.Generation ?? 1;
        status["phase"] = phase;
        status["qosClass"] ??= QosClass.Of(seen.Pod.Spec);
        if (PodEnd.Of(seen.Pod, now) is { } end && !seen.Pod.IsTerminal)
        {
            (status["reason"], status["message"]) = (end.Reason, end.Message);
        }

        status["conditions"] = PodConditions.Of(seen, phase, before?["conditions"] as JsonArray, now);
        if (!string.IsNullOrEmpty(seen.Pod.Spec.NodeName))
        {
            status["startTime"] ??= ContainerStates.Time(now);
            status["hostIP"] = nodeIp;
            status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = nodeIp });
            Addresses(status, seen, nodeIp);
            Containers(status, before ?? [], seen, phase);
        }

        return status;
    }

    private static void Addresses(JsonObject status, PodObservation seen, string nodeIp)
    {
        IReadOnlyList<string> addresses = seen.Pod.Spec.HostNetwork == true ? [nodeIp] : seen.Sandbox?.Addresses ?? [];
        if (addresses is [var first, ..])
        {
            status["podIP"] = first;
            status["podIPs"] = new JsonArray([.. addresses.Select(address => new JsonObject { ["ip"] = address })]);
        }
    }

    private static void Containers(JsonObject status, JsonObject before, PodObservation seen, string phase)
    {
        // Of a pod that was refused nothing was ever to be seen, and nothing will be.
        var refused = phase == "Failed" && seen.Sandboxes.Count == 0 && seen.Containers.Count == 0;
        Fill("initContainerStatuses", seen.Pod.Inits);
        Fill("containerStatuses", seen.Pod.Apps);
        Fill("ephemeralContainerStatuses", seen.Pod.Containers.Where(container => container.Role == ContainerRole.Ephemeral));

        void Fill(string name, IEnumerable<PodContainer> containers)
        {
            status.Remove(name);
            if (!refused && containers.Select(container => Entry(container, before[name] as JsonArray)).ToArray() is { Length: > 0 } statuses)
            {
                status[name] = new JsonArray(statuses);
            }
        }

        // Of a pod that is over the last word stays, though its container may be gone to make room.
        JsonNode Entry(PodContainer container, JsonArray? known) =>
            seen.Pod.IsTerminal && seen.Newest(container.Name) is null && known?.FirstOrDefault(entry => (string?)entry?["name"] == container.Name) is { } last
                ? last.DeepClone()
                : ContainerStates.Of(container, seen);
    }
}
