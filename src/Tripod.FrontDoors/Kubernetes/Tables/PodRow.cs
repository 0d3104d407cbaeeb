using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>A pod's line in <c>kubectl get</c>, by Kubernetes' own rules for READY, STATUS and RESTARTS; pure.</summary>
public static class PodRow
{
    public static IReadOnlyList<JsonNode?> Of(JsonObject pod, DateTimeOffset now)
    {
        var statuses = Items(pod["status"]?["containerStatuses"]);
        var ready = statuses.Count(status => (bool?)status["ready"] == true && status["state"]?["running"] is not null);
        return
        [
            (string?)pod["metadata"]!["name"],
            $"{ready}/{Items(pod["spec"]?["containers"]).Count}",
            Status(pod, statuses),
            Restarts(pod, statuses, now),
            Age.Since(pod["metadata"]!["creationTimestamp"], now),
            (string?)pod["status"]?["podIP"] ?? "<none>",
            (string?)pod["spec"]?["nodeName"] is { Length: > 0 } node ? node : "<none>",
            (string?)pod["status"]?["nominatedNodeName"] is { Length: > 0 } nominated ? nominated : "<none>",
            Gates(pod),
        ];
    }

    private static string Status(JsonObject pod, List<JsonNode> statuses)
    {
        var reason = (string?)pod["status"]?["reason"] ?? (string?)pod["status"]?["phase"] ?? "Unknown";
        if (Items(pod["status"]?["conditions"]).Any(condition => (string?)condition["type"] == "PodScheduled" && (string?)condition["reason"] == "SchedulingGated"))
        {
            reason = "SchedulingGated";
        }

        var initializing = Initializing(pod);
        if (initializing is not null)
        {
            reason = initializing;
        }
        else
        {
            reason = OfContainers(pod, statuses, reason);
        }

        return pod["metadata"]!["deletionTimestamp"] is null ? reason
            : (string?)pod["status"]?["reason"] == "NodeLost" ? "Unknown"
            : (string?)pod["status"]?["phase"] is "Succeeded" or "Failed" ? reason
            : "Terminating";
    }

    private static string? Initializing(JsonObject pod)
    {
        var inits = Items(pod["status"]?["initContainerStatuses"]);
        var total = Items(pod["spec"]?["initContainers"]).Count;
        for (var i = 0; i < inits.Count; i++)
        {
            var state = inits[i]["state"];
            if (state?["terminated"] is { } ended)
            {
                if ((int?)ended["exitCode"] == 0)
                {
                    continue;
                }

                return "Init:" + Ended(ended);
            }

            return (string?)state?["waiting"]?["reason"] is { Length: > 0 } waiting && waiting != "PodInitializing" ? $"Init:{waiting}" : $"Init:{i}/{total}";
        }

        return null;
    }

    private static string OfContainers(JsonObject pod, List<JsonNode> statuses, string reason)
    {
        var hasRunning = false;
        foreach (var status in Enumerable.Reverse(statuses))
        {
            var state = status["state"];
            if ((string?)state?["waiting"]?["reason"] is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (state?["terminated"] is { } ended)
            {
                reason = Ended(ended);
            }
            else if ((bool?)status["ready"] == true && state?["running"] is not null)
            {
                hasRunning = true;
            }
        }

        return reason == "Completed" && hasRunning
            ? Items(pod["status"]?["conditions"]).Any(condition => (string?)condition["type"] == "Ready" && (string?)condition["status"] == "True") ? "Running" : "NotReady"
            : reason;
    }

    private static string Ended(JsonNode ended) =>
        (string?)ended["reason"] is { Length: > 0 } reason ? reason
        : (int?)ended["signal"] is > 0 and var signal ? $"Signal:{signal}"
        : $"ExitCode:{(int?)ended["exitCode"] ?? 0}";

    private static string Restarts(JsonObject pod, List<JsonNode> statuses, DateTimeOffset now)
    {
        var count = statuses.Sum(status => (int?)status["restartCount"] ?? 0);
        var last = statuses.Select(status => (string?)status["lastState"]?["terminated"]?["finishedAt"]).OfType<string>()
            .Select(text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        return count == 0 || last == default
            ? count.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{count} ({Age.Of(now - last)} ago)");
    }

    private static string Gates(JsonObject pod)
    {
        var gates = Items(pod["spec"]?["readinessGates"]);
        var open = gates.Count(gate => Items(pod["status"]?["conditions"]).Any(condition =>
            (string?)condition["type"] == (string?)gate["conditionType"] && (string?)condition["status"] == "True"));
        return gates.Count == 0 ? "<none>" : $"{open}/{gates.Count}";
    }

    private static List<JsonNode> Items(JsonNode? list) => list is JsonArray array ? [.. array.OfType<JsonNode>()] : [];
}
