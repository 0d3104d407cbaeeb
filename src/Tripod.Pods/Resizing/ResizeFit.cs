using System.Globalization;
using k8s.Models;
using Tripod.Pods.Capacity;

namespace Tripod.Pods.Resizing;

/// <summary>Whether a node has room for what a pod wants to become. Pure; the kubelet's rules and words.</summary>
internal static class ResizeFit
{
    public const string Deferred = "Deferred", Infeasible = "Infeasible";

    private const string Mirror = "kubernetes.io/config.mirror", Source = "kubernetes.io/config.source";

    /// <param name="pod">As it asks to be.</param>
    /// <param name="others">The other pods on the node, with what they have been granted.</param>
    /// <param name="room">The node's allocatable amounts.</param>
    /// <returns>Reason and message; null where it fits.</returns>
    public static (string Reason, string Message)? Refuse(V1Pod pod, IReadOnlyList<V1PodSpec> others, IReadOnlyDictionary<string, decimal> room)
    {
        if (pod.Metadata.Annotations is { } annotations && (annotations.ContainsKey(Mirror) || (annotations.TryGetValue(Source, out var source) && source != "api")))
        {
            return (Infeasible, "In-place resize of static-pods is not supported");
        }

        var asked = PodRequests.Of(pod.Spec);
        foreach (var name in (string[])["memory", "cpu"])
        {
            var (amount, capacity) = (asked.GetValueOrDefault(name), room.GetValueOrDefault(name));
            if (amount > capacity)
            {
                return (Infeasible, $"Node didn't have enough capacity: {name}, requested: {Shown(name, amount)}, capacity: {Shown(name, capacity)}");
            }
        }

        return ResourceFit.Find(pod.Spec, [.. others.Select(PodRequests.Of)], room) is [var first, ..] ? (Deferred, first.Message) : null;
    }

    private static string Shown(string name, decimal amount) => (name == "cpu" ? amount * 1000 : amount).ToString("0", CultureInfo.InvariantCulture);
}
