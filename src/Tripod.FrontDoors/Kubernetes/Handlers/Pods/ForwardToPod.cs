using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Streaming;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>port-forward: finds the pod's sandbox, and hands its ports and the client's streams to <see cref="PortForward"/>.</summary>
internal sealed class ForwardToPod(DoorParts door)
{
    public Task HandleAsync(ApiRequest request)
    {
        var (pod, engine, runtime) = PodContainer.Find(door, request);
        return engine.SandboxId(pod.Uid) is { } sandbox
            ? PortForward.ServeAsync(request.Http, [], (port, cancel) => runtime.DialSandbox(sandbox, port, cancel), request.Cancel)
            : throw ApiException.BadRequest($"pod {pod.Name} has no network yet: wait until it is Running, then forward again");
    }
}
