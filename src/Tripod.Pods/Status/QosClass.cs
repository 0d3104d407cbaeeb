using k8s.Models;

namespace Tripod.Pods.Status;

/// <summary>A pod's quality of service, from its containers' requests and limits (Kubernetes: Pod Quality of Service Classes).</summary>
public static class QosClass
{
    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(V1PodSpec spec)
    {
        if (IsSet(spec.Resources))
        {
            // What the pod says as a whole counts alone.
            return Counted.All(name => IsGuaranteed(spec.Resources, name)) ? "Guaranteed" : "Burstable";
        }

        var containers = spec.Containers.Concat(spec.InitContainers ?? []).ToList();
        if (containers.TrueForAll(container => Counted.All(name => Of(container.Resources?.Requests, name) is null && Of(container.Resources?.Limits, name) is null)))
        {
            return "BestEffort";
        }

        return containers.TrueForAll(container => Counted.All(name => IsGuaranteed(container.Resources, name))) ? "Guaranteed" : "Burstable";
    }

    /// <summary>The amount, in cores or bytes; null where none is set or it is zero.</summary>
    public static decimal? Of(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var quantity) && quantity.ToDecimal() is > 0 and var amount ? amount : null;

    private static bool IsSet(V1ResourceRequirements? pod) =>
        Counted.Any(name => Of(pod?.Requests, name) is not null || Of(pod?.Limits, name) is not null);

    private static bool IsGuaranteed(V1ResourceRequirements? resources, string name) =>
        Of(resources?.Limits, name) is { } limit && (Of(resources?.Requests, name) ?? limit) == limit;
}
