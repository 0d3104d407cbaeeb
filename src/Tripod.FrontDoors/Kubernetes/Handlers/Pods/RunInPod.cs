using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Streaming;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>exec and attach: finds the container, and hands its streams and the client's to <see cref="RemoteCommand"/>.</summary>
internal sealed class RunInPod(DoorParts door)
{
    public Task ExecAsync(ApiRequest request)
    {
        var (pod, engine, runtime) = PodContainer.Find(door, request);
        var command = request.Http.Request.Query["command"].Select(part => part ?? "").ToList();
        if (command.Count == 0)
        {
            throw ApiException.BadRequest("you must specify at least one command for the container");
        }

        var streams = Streams(request);
        var id = PodContainer.Running(pod, engine, runtime, request.Container);
        return RemoteCommand.ServeAsync(
            request.Http,
            streams,
            cancel => runtime.Exec(id, new() { Command = command, Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr }, cancel),
            request.Cancel);
    }

    public Task AttachAsync(ApiRequest request)
    {
        var (pod, engine, runtime) = PodContainer.Find(door, request);
        var id = PodContainer.Running(pod, engine, runtime, request.Container);
        var streams = Streams(request) with { Attach = true, KeepsStdin = runtime.ContainerStatus(id)?.Config.StdinOnce == false };
        return RemoteCommand.ServeAsync(request.Http, streams, cancel => runtime.Attach(id, cancel), request.Cancel);
    }

    private static RemoteCommandRequest Streams(ApiRequest request)
    {
        var (input, output, errors, tty) = (request.Flag("stdin"), request.Flag("stdout"), request.Flag("stderr"), request.Flag("tty"));
        return !input && !output && !errors
            ? throw ApiException.BadRequest("you must specify at least 1 of stdin, stdout, stderr")
            : new(input, output, errors && !tty, tty);
    }
}
