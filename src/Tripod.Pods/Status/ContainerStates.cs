using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>One entry of <c>status.containerStatuses</c>: what a container does now and how its last run ended.</summary>
internal static class ContainerStates
{
    public static JsonObject Of(V1Container container, PodObservation seen, bool isInit)
    {
        var newest = seen.Newest(container.Name);
        var before = seen.Containers[container.Name].Skip(1).FirstOrDefault();
        var waiting = Waiting(container, seen, newest, isInit);
        var state = waiting ?? Described(newest!);
        var last = waiting is not null && newest is { State: ContainerState.Exited } ? newest : before;
        var status = new JsonObject
        {
            ["name"] = container.Name,
            ["state"] = state,
            ["lastState"] = last is { State: ContainerState.Exited } ? Described(last) : new JsonObject(),
            ["ready"] = waiting is null && (isInit ? newest!.State == ContainerState.Exited && newest.ExitCode == 0 : newest!.State == ContainerState.Running),
            ["restartCount"] = newest?.Config.Attempt ?? 0,
            ["image"] = newest?.Config.Image is { Length: > 0 } image && !image.StartsWith("sha256:", StringComparison.Ordinal) ? image : container.Image,
            ["imageID"] = newest?.ImageId ?? "",
            ["started"] = waiting is null && newest!.State == ContainerState.Running,
        };
        if (newest is not null)
        {
            status["containerID"] = $"tripod://{newest.Id}";
        }

        if (container.VolumeMounts is { Count: > 0 } mounts)
        {
            status["volumeMounts"] = new JsonArray([.. mounts.Select(MountStatus)]);
        }

        return status;
    }

    public static string Time(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject? Waiting(V1Container container, PodObservation seen, ContainerStatus? newest, bool isInit)
    {
        if (seen.Memory.Containers.GetValueOrDefault(container.Name) is { } trouble && newest is not { State: ContainerState.Running })
        {
            var crashed = trouble.Reason == "RunContainerError" && newest is { State: ContainerState.Exited } ? CrashLoop(seen, newest) : null;
            return crashed ?? Waiting(trouble.Reason, trouble.Message);
        }

        return newest switch
        {
            null or { State: ContainerState.Created } => Waiting(
                !isInit && seen.InitContainers.Any(init => !seen.HasSucceeded(init.Name)) ? "PodInitializing" : "ContainerCreating", null),
            { State: ContainerState.Exited } when !seen.Pod.IsDeleted && !seen.Pod.IsTerminal && PodPlan.Restarts(seen, container.Name) => CrashLoop(seen, newest),
            _ => null,
        };
    }

    private static JsonObject? CrashLoop(PodObservation seen, ContainerStatus ended) =>
        PodPlan.BackOff(seen, ended) is var (delay, _) && delay > TimeSpan.Zero
            ? Waiting("CrashLoopBackOff", BackOffMessage(delay, ended.Config.Name, seen.Pod))
            : null;

    public static string BackOffMessage(TimeSpan delay, string container, PodView pod) =>
        $"back-off {Duration(delay)} restarting failed container={container} pod={pod.Described}";

    /// <summary>As Go prints it: <c>10s</c>, <c>1m20s</c>.</summary>
    private static string Duration(TimeSpan delay) =>
        delay.TotalMinutes >= 1 ? $"{(int)delay.TotalMinutes}m{delay.Seconds}s" : $"{delay.Seconds}s";

    private static JsonObject Waiting(string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
        {
            waiting["message"] = message;
        }

        return new JsonObject { ["waiting"] = waiting };
    }

    private static JsonObject Described(ContainerStatus container) => container.State switch
    {
        ContainerState.Running => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(container.StartedAt ?? container.CreatedAt) } },
        ContainerState.Exited => new JsonObject { ["terminated"] = Terminated(container) },
        _ => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
    };

    private static JsonObject Terminated(ContainerStatus container)
    {
        var terminated = new JsonObject
        {
            ["exitCode"] = container.ExitCode,
            ["reason"] = container.Reason.Length > 0 ? container.Reason : container.ExitCode == 0 ? "Completed" : "Error",
            ["startedAt"] = Time(container.StartedAt ?? container.CreatedAt),
            ["finishedAt"] = Time(container.FinishedAt ?? container.CreatedAt),
            ["containerID"] = $"tripod://{container.Id}",
        };
        if (container.Message.Length > 0)
        {
            terminated["message"] = container.Message;
        }

        return terminated;
    }

    private static JsonNode MountStatus(V1VolumeMount mount)
    {
        var status = new JsonObject { ["name"] = mount.Name, ["mountPath"] = mount.MountPath };
        if (mount.ReadOnlyProperty == true)
        {
            status["readOnly"] = true;
            status["recursiveReadOnly"] = mount.RecursiveReadOnly is "Enabled" or "IfPossible" ? "Enabled" : "Disabled";
        }

        return status;
    }
}
