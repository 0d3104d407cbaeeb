using System.Text.Json.Nodes;
using Tripod.Pods.Planning;
using Tripod.Pods.Resizing;

namespace Tripod.Pods.Status;

/// <summary>
/// Makes <c>status</c> from what is observed: pure, and the only writer of what it writes. Members that others own
/// (nominatedNodeName, foreign conditions …) are carried over.
/// </summary>
internal static class PodStatusDocument
{
    public static JsonObject Make(PodObservation seen, JsonObject? before, IReadOnlyList<string> nodeIps, DateTimeOffset now)
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
            status["hostIP"] = nodeIps[0];
            status["hostIPs"] = Addresses(nodeIps);
            Addresses(status, seen, nodeIps);
            Containers(status, before ?? [], seen, phase);
            Resources(status, seen);
        }

        return status;
    }

    private static void Addresses(JsonObject status, PodObservation seen, IReadOnlyList<string> nodeIps)
    {
        IReadOnlyList<string> addresses = seen.Pod.Spec.HostNetwork == true ? nodeIps : seen.Sandbox?.Addresses ?? [];
        if (addresses is [var first, ..])
        {
            status["podIP"] = first;
            status["podIPs"] = Addresses(addresses);
        }
    }

    /// <summary>Of a pod that has resources as a whole: what it was granted, and what its cgroup has.</summary>
    private static void Resources(JsonObject status, PodObservation seen)
    {
        var whole = seen.Pod.Spec.Resources;
        status.Remove("allocatedResources");
        status.Remove("resources");
        if (whole is null || (whole.Requests is not { Count: > 0 } && whole.Limits is not { Count: > 0 }))
        {
            return;
        }

        if (ResourceDocument.Amounts(whole.Requests) is { } granted)
        {
            status["allocatedResources"] = granted;
        }

        status["resources"] = seen.ReadySandbox?.Config.PodLimits is { } has ? ResourceDocument.Actual(whole, has) : ResourceDocument.Of(whole);
    }

    private static JsonArray Addresses(IEnumerable<string> addresses) => [.. addresses.Select(address => (JsonNode)new JsonObject { ["ip"] = address })];

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
