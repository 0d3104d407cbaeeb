using k8s.Models;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Pods;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>Finds the pod and the container that a request for a log or a command means.</summary>
internal static class PodContainer
{
    /// <exception cref="ApiException">404; 503 where nothing runs pods.</exception>
    public static (PodView Pod, PodEngine Engine, ContainerRuntime Runtime) Find(DoorParts door, ApiRequest request)
    {
        var stored = door.Store.Get(request.Key) ?? throw ApiException.NotFound("pods", request.Name);
        return door is { Pods: { } engine, Runtime: { } runtime }
            ? (new(stored), engine, runtime)
            : throw ApiException.ServiceUnavailable("this API keeps objects only: nothing runs its pods");
    }

    /// <summary>By the parameter <c>container</c>; the only one needs no name.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static string Choose(PodView pod, string? asked)
    {
        if (!string.IsNullOrEmpty(asked))
        {
            return AllOf(pod).Contains(asked, StringComparer.Ordinal) ? asked
                : throw ApiException.BadRequest($"container {asked} is not valid for pod {pod.Name}");
        }

        if (pod.Spec.Containers is [var only])
        {
            return only.Name;
        }

        var init = Names(pod.Spec.InitContainers) is { Count: > 0 } names ? $" or one of the init containers: [{string.Join(' ', names)}]" : "";
        throw ApiException.BadRequest(
            $"a container name must be specified for pod {pod.Name}, choose one of: [{string.Join(' ', Names(pod.Spec.Containers))}]{init}");
    }

    /// <summary>The id of the container that a command shall run in.</summary>
    /// <exception cref="ApiException">400 or 404.</exception>
    public static string Running(PodView pod, PodEngine engine, ContainerRuntime runtime, string? asked)
    {
        var name = Choose(pod, asked);
        if (pod.IsTerminal)
        {
            throw ApiException.BadRequest($"cannot exec into a container in a completed pod; current phase is {pod.Object.Status.Phase}");
        }

        return engine.ContainerId(pod.Uid, name) is { } id && runtime.ContainerStatus(id) is { State: ContainerState.Running }
            ? id
            : throw new ApiException(404, "NotFound", $"unable to upgrade connection: container not found (\"{name}\")");
    }

    private static IEnumerable<string> AllOf(PodView pod) =>
        [.. Names(pod.Spec.Containers), .. Names(pod.Spec.InitContainers), .. pod.Spec.EphemeralContainers?.Select(container => container.Name) ?? []];

    private static List<string> Names(IList<V1Container>? containers) => [.. containers?.Select(container => container.Name) ?? []];
}
