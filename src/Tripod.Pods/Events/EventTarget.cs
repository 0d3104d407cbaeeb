namespace Tripod.Pods.Events;

/// <summary>What an event is about: a pod (or, with a field path, one container of it), or the node.</summary>
public sealed record EventTarget(string Kind, string Namespace, string Name, string Uid, string ResourceVersion = "", string FieldPath = "")
{
    public static EventTarget Of(PodView pod) => new("Pod", pod.Namespace, pod.Name, pod.Uid, $"{pod.Stored.Revision}");

    /// <summary>Of one container; of the pod where there is none of that name.</summary>
    public static EventTarget Of(PodView pod, string container) =>
        pod.Containers.FirstOrDefault(found => found.Name == container) is { } found ? Of(pod, found) : Of(pod);

    internal static EventTarget Of(PodView pod, PodContainer container) => Of(pod) with
    {
        FieldPath = container.Role switch
        {
            ContainerRole.App => $"spec.containers{{{container.Name}}}",
            ContainerRole.Ephemeral => $"spec.ephemeralContainers{{{container.Name}}}",
            _ => $"spec.initContainers{{{container.Name}}}",
        },
    };
}
