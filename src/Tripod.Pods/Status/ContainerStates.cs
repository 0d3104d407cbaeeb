using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Planning;
using Tripod.Pods.Resizing;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>One entry of <c>status.containerStatuses</c> and its siblings: what a container does now and how its last run ended.</summary>
internal static class ContainerStates
{
    public static JsonObject Of(PodContainer container, PodObservation seen)
    {
        var newest = seen.Newest(container.Name);
        var before = seen.Containers[container.Name].Skip(1).FirstOrDefault();
        var waiting = Waiting(container, seen, newest);
        var state = waiting ?? Described(newest!, seen);
        var last = waiting is not null && newest is { State: ContainerState.Exited } ? newest : before;
        var status = new JsonObject
        {
            ["name"] = container.Name,
            ["state"] = state,
            ["lastState"] = last is { State: ContainerState.Exited } ? Described(last, seen) : new JsonObject(),
            ["ready"] = container.Role switch
            {
                ContainerRole.Init => seen.Newest(container.Name) is { State: ContainerState.Exited, ExitCode: 0 } && waiting is null,
                ContainerRole.Ephemeral => false,
                _ => seen.IsReady(container),
            },
            ["restartCount"] = newest?.Config.Attempt ?? 0,
            ["image"] = newest?.Config.Image is { Length: > 0 } image && !image.StartsWith("sha256:", StringComparison.Ordinal) ? image : container.Spec.Image,
            ["imageID"] = newest?.Config.Annotations.GetValueOrDefault(Labels.ImageDigest) ?? newest?.ImageId ?? "",
        };
        if (container.Role != ContainerRole.Ephemeral)
        {
            status["started"] = seen.IsStarted(container);
        }

        if (newest is not null)
        {
            status["containerID"] = $"tripod://{newest.Id}";
        }

        AddResources(status, container, newest);
        if (newest is not null && container.Role != ContainerRole.Ephemeral)
        {
            status["stopSignal"] = SignalNames.Of(SignalNames.Parse(newest.Config.StopSignal) ?? SignalNames.Term);
        }

        if (newest?.User is { } user)
        {
            status["user"] = new JsonObject
            {
                ["linux"] = new JsonObject
                {
                    ["uid"] = user.Uid,
                    ["gid"] = user.Gid,
                    ["supplementalGroups"] = new JsonArray([.. user.Groups.Select(group => (JsonNode)group)]),
                },
            };
        }

        if (container.Spec.VolumeMounts is { Count: > 0 } mounts)
        {
            status["volumeMounts"] = new JsonArray([.. mounts.Select(MountStatus)]);
        }

        return status;
    }

    /// <summary>What it was granted, and has while it runs. Of those alone that can be resized.</summary>
    private static void AddResources(JsonObject status, PodContainer container, ContainerStatus? newest)
    {
        if (!container.RunsOn)
        {
            return;
        }

        status["resources"] = newest is { State: ContainerState.Running }
            ? ResourceDocument.Actual(container.Spec.Resources, newest.Config.Resources)
            : ResourceDocument.Of(container.Spec.Resources);
        if (ResourceDocument.Amounts(container.Spec.Resources?.Requests) is { } granted)
        {
            status["allocatedResources"] = granted;
        }
    }

    public static string Time(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string BackOffMessage(TimeSpan delay, string container, PodView pod) =>
        $"back-off {Duration(delay)} restarting failed container={container} pod={pod.Described}";

    /// <summary>Null where it runs, or has ended for good.</summary>
    private static JsonObject? Waiting(PodContainer container, PodObservation seen, ContainerStatus? newest)
    {
        var ends = seen.Pod.IsDeleted || seen.Pod.IsTerminal || seen.Memory.TerminatingWith is not null;
        if (newest is { State: ContainerState.Running })
        {
            // Until its postStart hook is over it does not count as running.
            return seen.Memory.Starting.Contains(container.Name) ? Waiting("ContainerCreating", null) : null;
        }

        var comesBack = newest is not { State: ContainerState.Exited } || (!ends && seen.Restarts(container));
        if (!comesBack)
        {
            return null;
        }

        if (newest is { State: ContainerState.Exited } && RestartAll.IsStale(seen, newest) && container.Role != ContainerRole.Ephemeral)
        {
            return CrashLoop(seen, newest) ?? Creating(seen);
        }

        if (seen.Memory.Containers.GetValueOrDefault(container.Name) is { } trouble)
        {
            var crashed = trouble.Reason is "RunContainerError" or "PostStartHookError" && newest is { State: ContainerState.Exited } ? CrashLoop(seen, newest) : null;
            return crashed ?? Waiting(trouble.Reason, trouble.Message);
        }

        // What the engine has stopped to start it anew has not come to an end.
        return newest is { State: ContainerState.Exited }
            ? CrashLoop(seen, newest) ?? (seen.Memory.WantedAgain.Contains(newest.Id) ? Creating(seen) : null)
            : Creating(seen);
    }

    private static JsonObject Creating(PodObservation seen) => Waiting(seen.Pod.Inits.Any() ? "PodInitializing" : "ContainerCreating", null);

    private static JsonObject? CrashLoop(PodObservation seen, ContainerStatus ended) =>
        ContainerPlan.BackOff(seen, ended) is var (delay, _) && delay > TimeSpan.Zero
            ? Waiting("CrashLoopBackOff", BackOffMessage(delay, ended.Config.Name, seen.Pod))
            : null;

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

    private static JsonObject Described(ContainerStatus container, PodObservation seen) => container.State switch
    {
        ContainerState.Running => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(container.StartedAt ?? container.CreatedAt) } },
        ContainerState.Exited => new JsonObject { ["terminated"] = Terminated(container, seen) },
        _ => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
    };

    private static JsonObject Terminated(ContainerStatus container, PodObservation seen)
    {
        var terminated = new JsonObject
        {
            ["exitCode"] = container.ExitCode,
            ["reason"] = container.Reason.Length > 0 ? container.Reason : container.ExitCode == 0 ? "Completed" : "Error",
            ["startedAt"] = Time(container.StartedAt ?? container.CreatedAt),
            ["finishedAt"] = Time(container.FinishedAt ?? container.CreatedAt),
            ["containerID"] = $"tripod://{container.Id}",
        };
        var message = seen.Messages.GetValueOrDefault(container.Id, "");
        if ((message.Length > 0 ? message : container.Message) is { Length: > 0 } said)
        {
            terminated["message"] = said;
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
