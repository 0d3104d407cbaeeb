using System.Globalization;
using k8s.Models;

namespace Tripod.Pods.Eviction;

/// <summary>What the kubelet says of an eviction, in status and event; each sentence ends with a space, as there. Pure.</summary>
internal static class EvictionWords
{
    public static string EmptyDir(string volume, string limit) => $"Usage of EmptyDir volume \"{volume}\" exceeds the limit \"{limit}\". ";

    public static string PodLimit(string limit) => $"Pod ephemeral local storage usage exceeds the total limit of containers {limit}. ";

    public static string ContainerLimit(string container, string limit) => $"Container {container} exceeded its local ephemeral storage limit \"{limit}\". ";

    /// <summary>Why a pod is not taken while the node has conditions.</summary>
    public static string Condition(IEnumerable<string> conditions) => $"The node had condition: [{string.Join(' ', conditions)}]. ";

    /// <returns>The message, and the annotations of the event.</returns>
    public static (string Message, IReadOnlyDictionary<string, string> Annotations) Pressure(Threshold threshold, Observation seen, V1PodSpec pod, PodUse use)
    {
        var resource = Signal.Resource(threshold.Signal);
        var message = $"The node was low on resource: {resource}. Threshold quantity: {threshold.Value.Shown(seen.Capacity)}, available: {Shown(threshold.Signal, (long)seen.Available)}. ";
        var offenders = Offenders(resource, pod, use).ToList();
        foreach (var (name, used, request) in offenders)
        {
            message += string.Create(CultureInfo.InvariantCulture, $"Container {name} was using {used}, request is {request}, has larger consumption of {resource}. ");
        }

        return (message, new Dictionary<string, string>
        {
            ["offending_containers"] = string.Join(',', offenders.Select(offender => offender.Name)),
            ["offending_containers_usage"] = string.Join(',', offenders.Select(offender => offender.Used)),
            ["starved_resource"] = resource,
        });
    }

    private static IEnumerable<(string Name, string Used, string Request)> Offenders(string resource, V1PodSpec pod, PodUse use)
    {
        foreach (var container in pod.Containers.Concat(pod.InitContainers ?? []))
        {
            if (resource is not ("memory" or "ephemeral-storage") || use.Containers.FirstOrDefault(found => found.Name == container.Name) is not { } used)
            {
                continue;
            }

            var amount = resource == "memory" ? used.Memory : used.Disk;
            var request = container.Resources?.Requests?.TryGetValue(resource, out var asked) == true ? asked : new ResourceQuantity("0");
            if (amount > request.ToDecimal())
            {
                yield return (container.Name, QuantityText.Binary(amount), request.ToString());
            }
        }
    }

    private static string Shown(string signal, long amount) =>
        signal is Signal.NodeInodes or Signal.ImageInodes or Signal.Processes ? QuantityText.Decimal(amount) : QuantityText.Binary(amount);
}
