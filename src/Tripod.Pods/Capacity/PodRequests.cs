using k8s.Models;

namespace Tripod.Pods.Capacity;

/// <summary>What a pod asks of its node, by resource, as the scheduler and the kubelet count it (Kubernetes: Resource sharing within containers). Pure.</summary>
internal static class PodRequests
{
    /// <summary>What the pod may set as a whole.</summary>
    private static readonly string[] OfPods = ["cpu", "memory"];

    /// <summary>The most that runs at a time: app containers with sidecars, or an init container with the sidecars above it; and the overhead.</summary>
    public static Dictionary<string, decimal> Of(V1PodSpec spec) => Count(spec, resources => resources?.Requests);

    public static Dictionary<string, decimal> Limits(V1PodSpec spec) => Count(spec, resources => resources?.Limits);

    /// <summary>Whether all that counts has a limit, so that the pod as a whole has one.</summary>
    public static bool IsLimited(V1PodSpec spec, string resource) =>
        QosAmount(spec.Resources?.Limits, resource) is not null
        || spec.Containers.Concat(spec.InitContainers ?? []).All(container => QosAmount(container.Resources?.Limits, resource) is not null);

    private static Dictionary<string, decimal> Count(V1PodSpec spec, Func<V1ResourceRequirements?, IDictionary<string, ResourceQuantity>?> part)
    {
        var sidecars = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var most = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var init in spec.InitContainers ?? [])
        {
            if (init.RestartPolicy == "Always")
            {
                Add(sidecars, part(init.Resources));
                Raise(most, sidecars);
            }
            else
            {
                var now = new Dictionary<string, decimal>(sidecars, StringComparer.Ordinal);
                Add(now, part(init.Resources));
                Raise(most, now);
            }
        }

        foreach (var container in spec.Containers)
        {
            Add(sidecars, part(container.Resources));
        }

        Raise(most, sidecars);
        foreach (var (name, amount) in part(spec.Resources) ?? new Dictionary<string, ResourceQuantity>())
        {
            if (OfPods.Contains(name) || name.StartsWith("hugepages-", StringComparison.Ordinal))
            {
                most[name] = amount.ToDecimal();
            }
        }

        foreach (var (name, amount) in spec.Overhead ?? new Dictionary<string, ResourceQuantity>())
        {
            most[name] = most.GetValueOrDefault(name) + amount.ToDecimal();
        }

        return most;
    }

    private static void Add(Dictionary<string, decimal> sum, IDictionary<string, ResourceQuantity>? amounts)
    {
        foreach (var (name, amount) in amounts ?? new Dictionary<string, ResourceQuantity>())
        {
            sum[name] = sum.GetValueOrDefault(name) + amount.ToDecimal();
        }
    }

    private static void Raise(Dictionary<string, decimal> most, Dictionary<string, decimal> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            most[name] = Math.Max(most.GetValueOrDefault(name), amount);
        }
    }

    private static decimal? QosAmount(IDictionary<string, ResourceQuantity>? amounts, string name) => Status.QosClass.Of(amounts, name);
}
