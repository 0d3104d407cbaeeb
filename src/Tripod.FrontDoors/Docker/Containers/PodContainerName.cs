using System.Globalization;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>What the kubelet called a pod's containers when it ran them by Docker: <c>k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT</c>. Pure.</summary>
internal static class PodContainerName
{
    public static string Of(ContainerConfig config) => string.Create(
        CultureInfo.InvariantCulture,
        $"k8s_{config.Name}_{Label(config, "pod.name")}_{Label(config, "pod.namespace")}_{Label(config, "pod.uid")}_{config.Attempt}");

    private static string Label(ContainerConfig config, string name) => config.Labels.GetValueOrDefault($"io.kubernetes.{name}", "");
}
