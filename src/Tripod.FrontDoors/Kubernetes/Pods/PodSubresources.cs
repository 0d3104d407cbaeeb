using System.Globalization;
using k8s.Models;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Streaming;
using Tripod.Pods;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Kubernetes.Pods;

/// <summary>log, exec and attach of a pod: finds the container the client means, and hands its streams on.</summary>
internal sealed class PodSubresources(DoorParts parts)
{
    public Task Run(ApiCall call, string subresource)
    {
        var stored = parts.Store.Get(call.Key) ?? throw ApiException.NotFound("pods", call.Name);
        var pod = new PodView(stored);
        return subresource switch
        {
            "log" => Log(call, pod),
            "exec" => RemoteCommand.ServeAsync(call.Http, Asked(call), cancel => Exec(call, pod, cancel), call.Cancel),
            "attach" => RemoteCommand.ServeAsync(call.Http, Asked(call), cancel => parts.Runtime!.Attach(Running(call, pod), cancel), call.Cancel),
            "eviction" => throw ApiException.MethodNotAllowed(),
            _ => throw ApiException.NotFound($"pods/{subresource}", call.Name),
        };
    }

    private static RemoteCommandRequest Asked(ApiCall call) => new(call.Flag("stdin"), call.Flag("stdout"), call.Flag("stderr"), call.Flag("tty"));

    private Task<IProcessStreams> Exec(ApiCall call, PodView pod, CancellationToken cancel)
    {
        var command = call.Http.Request.Query["command"].Select(part => part ?? "").ToList();
        return command.Count == 0
            ? throw ApiException.BadRequest("you must specify at least one command for the container")
            : parts.Runtime!.Exec(Running(call, pod), new() { Command = command, Tty = call.Flag("tty"), Stdin = call.Flag("stdin") }, cancel);
    }

    private async Task Log(ApiCall call, PodView pod)
    {
        var container = Chosen(call, pod);
        var previous = call.Flag("previous");
        var id = parts.Pods?.ContainerId(pod.Uid, container.Name, previous);
        var status = id is null ? null : parts.Runtime!.ContainerStatus(id);
        if (status is null)
        {
            throw previous
                ? ApiException.BadRequest($"previous terminated container \"{container.Name}\" in pod \"{pod.Name}\" not found")
                : ApiException.BadRequest($"container \"{container.Name}\" in pod \"{pod.Name}\" is waiting to start: {WaitingReason(pod, container.Name)}");
        }

        call.Http.Response.ContentType = "text/plain";
        var options = new LogOptions
        {
            Follow = call.Flag("follow"),
            TailLines = Number(call, "tailLines"),
            LimitBytes = Number(call, "limitBytes"),
            Since = Number(call, "sinceSeconds") is { } seconds ? parts.Now.AddSeconds(-seconds)
                : DateTimeOffset.TryParse(call.Query("sinceTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
        };
        await PodLogs.WriteAsync(call.Http.Response, status.LogPath, options, call.Flag("timestamps"), parts.Runtime!.WaitContainer(status.Id, call.Cancel), call.Cancel).ConfigureAwait(false);
    }

    private string Running(ApiCall call, PodView pod)
    {
        var container = Chosen(call, pod);
        var id = parts.Pods?.ContainerId(pod.Uid, container.Name);
        return id is not null && parts.Runtime!.ContainerStatus(id) is { State: ContainerState.Running }
            ? id
            : throw new ApiException(500, "InternalError", $"unable to upgrade connection: container not found (\"{container.Name}\")");
    }

    private static V1Container Chosen(ApiCall call, PodView pod)
    {
        var all = (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).ToList();
        var name = call.Query("container");
        if (name.Length == 0)
        {
            return pod.Spec.Containers is [var only]
                ? only
                : throw ApiException.BadRequest($"a container name must be specified for pod {pod.Name}, choose one of: [{string.Join(' ', pod.Spec.Containers.Select(container => container.Name))}]");
        }

        return all.Find(container => container.Name == name) ?? throw ApiException.BadRequest($"container {name} is not valid for pod {pod.Name}");
    }

    private static string WaitingReason(PodView pod, string container) =>
        pod.Object.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == container)?.State?.Waiting?.Reason ?? "ContainerCreating";

    private static long? Number(ApiCall call, string name) => call.Query(name) switch
    {
        "" => null,
        var text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.BadRequest($"{name}: Invalid value: \"{text}\": must be a number that is not negative"),
    };
}
