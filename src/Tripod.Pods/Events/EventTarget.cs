namespace Tripod.Pods.Events;

/// <summary>What an event is about: a pod (or, with a field path, one container of it), or the node.</summary>
public sealed record EventTarget(string Kind, string Namespace, string Name, string Uid, string ResourceVersion = "", string FieldPath = "")
{
    public static EventTarget Of(PodView pod, string? container = null, bool isInit = false) => new(
        "Pod", pod.Namespace, pod.Name, pod.Uid, $"{pod.Stored.Revision}",
        container is null ? "" : $"spec.{(isInit ? "initContainers" : "containers")}{{{container}}}");
}
