using k8s.Models;

namespace Tripod.Pods.Status;

/// <summary>A pod's quality of service, from its containers' requests and limits (Kubernetes: Pod Quality of Service Classes).</summary>
public static class QosClass
{
    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(V1PodSpec spec)
    {
        var containers = spec.Containers.Concat(spec.InitContainers ?? []).ToList();
        if (containers.TrueForAll(container => Counted.All(name => Of(container.Resources?.Requests, name) is null && Of(container.Resources?.Limits, name) is null)))
        {
            return "BestEffort";
        }

        return containers.TrueForAll(container => Counted.All(name => IsGuaranteed(container, name))) ? "Guaranteed" : "Burstable";
    }

    /// <summary>The amount, in cores or bytes; null where none is set or it is zero.</summary>
    public static decimal? Of(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var quantity) && quantity.ToDecimal() is > 0 and var amount ? amount : null;

    private static bool IsGuaranteed(V1Container container, string name) =>
        Of(container.Resources?.Limits, name) is { } limit && (Of(container.Resources?.Requests, name) ?? limit) == limit;
}
