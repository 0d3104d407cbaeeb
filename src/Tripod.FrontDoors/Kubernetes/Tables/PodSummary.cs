using System.Globalization;
using System.Text.Json;

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>A pod in the words of <c>kubectl get pods</c>: what it is at, by the rules that Kubernetes' own printer follows.</summary>
internal sealed record PodSummary(int Ready, int Total, string Status, long Restarts, DateTimeOffset? LastRestart)
{
    public static PodSummary Of(JsonElement pod)
    {
        var restartable = pod.Items("spec", "initContainers").Where(container => container.Text("restartPolicy") == "Always")
            .Select(container => container.Text("name")).ToHashSet(StringComparer.Ordinal);
        var total = pod.Items("spec", "containers").Count + restartable.Count;
        var init = InitPart(pod, restartable, WithoutContainers(pod));
        var summary = init.Initializing && !HasCondition(pod, "Initialized")
            ? new PodSummary(init.Ready, total, init.Status, init.Restarts, init.LastRestart)
            : ContainersPart(pod, new(init.Ready, total, init.Status, init.SidecarRestarts, init.LastSidecarRestart));
        return summary with { Status = WhenDeleted(pod) ?? summary.Status };
    }

    /// <summary>The count, and when the last one was, while that is known.</summary>
    public string RestartsText(DateTimeOffset now) =>
        Restarts > 0 && LastRestart is { } last
            ? $"{Restarts} ({HumanDuration.Since(last, now)} ago)"
            : Restarts.ToString(CultureInfo.InvariantCulture);

    private static string WithoutContainers(JsonElement pod) =>
        pod.Items("status", "conditions").Any(condition => condition.Text("type") == "PodScheduled" && condition.Text("reason") == "SchedulingGated")
            ? "SchedulingGated"
            : pod.Text("status", "reason") is { Length: > 0 } reason ? reason : pod.Text("status", "phase");

    // The first init container that is not done says what the pod is at; those after it have not begun.
    private static InitOutcome InitPart(JsonElement pod, HashSet<string> restartable, string status)
    {
        var outcome = new InitOutcome(false, status, 0, 0, null, 0, null);
        var statuses = pod.Items("status", "initContainerStatuses");
        for (var i = 0; i < statuses.Count; i++)
        {
            var container = statuses[i];
            var sidecar = restartable.Contains(container.Text("name"));
            outcome = outcome.With(container, sidecar);
            if (container.Has("state", "terminated") && container.Number("state", "terminated", "exitCode") == 0)
            {
                continue;
            }

            if (sidecar && container.Flag("started"))
            {
                outcome = outcome with { Ready = outcome.Ready + (container.Flag("ready") ? 1 : 0) };
                continue;
            }

            var at = container.Has("state", "terminated") ? $"Init:{Ended(container)}"
                : container.Text("state", "waiting", "reason") is { Length: > 0 } reason and not "PodInitializing" ? $"Init:{reason}"
                : $"Init:{i}/{pod.Items("spec", "initContainers").Count}";
            return outcome with { Initializing = true, Status = at };
        }

        return outcome;
    }

    private static PodSummary ContainersPart(JsonElement pod, PodSummary summary)
    {
        var running = false;
        foreach (var container in pod.Items("status", "containerStatuses").Reverse())
        {
            summary = summary with
            {
                Restarts = summary.Restarts + container.Number("restartCount"),
                LastRestart = Later(summary.LastRestart, container.Moment("lastState", "terminated", "finishedAt")),
            };
            if (container.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
            {
                summary = summary with { Status = waiting };
            }
            else if (container.Has("state", "terminated"))
            {
                summary = summary with { Status = Ended(container) };
            }
            else if (container.Flag("ready") && container.Has("state", "running"))
            {
                running = true;
                summary = summary with { Ready = summary.Ready + 1 };
            }
        }

        return summary.Status == "Completed" && running
            ? summary with { Status = HasCondition(pod, "Ready") ? "Running" : "NotReady" }
            : summary;
    }

    private static string? WhenDeleted(JsonElement pod) =>
        !pod.Has("metadata", "deletionTimestamp") ? null
        : pod.Text("status", "reason") == "NodeLost" ? "Unknown"
        : pod.Text("status", "phase") is "Succeeded" or "Failed" ? null
        : "Terminating";

    private static string Ended(JsonElement container) =>
        container.Text("state", "terminated", "reason") is { Length: > 0 } reason ? reason
        : container.Number("state", "terminated", "signal") is not 0 and var signal ? $"Signal:{signal}"
        : $"ExitCode:{container.Number("state", "terminated", "exitCode")}";

    private static bool HasCondition(JsonElement pod, string type) =>
        pod.Items("status", "conditions").Any(condition => condition.Text("type") == type && condition.Text("status") == "True");

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private sealed record InitOutcome(
        bool Initializing, string Status, int Ready, long Restarts, DateTimeOffset? LastRestart, long SidecarRestarts, DateTimeOffset? LastSidecarRestart)
    {
        public InitOutcome With(JsonElement container, bool sidecar)
        {
            var (count, ended) = (container.Number("restartCount"), container.Moment("lastState", "terminated", "finishedAt"));
            var all = this with { Restarts = Restarts + count, LastRestart = Later(LastRestart, ended) };
            return sidecar
                ? all with { SidecarRestarts = SidecarRestarts + count, LastSidecarRestart = Later(LastSidecarRestart, ended) }
                : all;
        }
    }
}
