using k8s.Models;

namespace Tripod.Pods.Capacity;

/// <summary>What a pod asks of its node, by resource, as the scheduler and the kubelet count it (Kubernetes: Resource sharing within containers). Pure.</summary>
internal static class PodRequests
{
    /// <summary>What the pod may set as a whole.</summary>
    private static readonly string[] OfPods = ["cpu", "memory"];

    /// <summary>The most that runs at a time: app containers with sidecars, or an init container with the sidecars above it; and the overhead.</summary>
    public static Dictionary<string, decimal> Of(V1PodSpec spec) => Count(spec, container => container.Resources?.Requests, spec.Resources?.Requests);

    public static Dictionary<string, decimal> Limits(V1PodSpec spec) => Count(spec, container => container.Resources?.Limits, spec.Resources?.Limits);

    /// <summary>What a scheduler keeps for a pod that runs: the most of what it asks for, was granted, and has (KEP-1287). What can never be granted does not count.</summary>
    public static Dictionary<string, decimal> Reserved(V1Pod pod)
    {
        var never = pod.Status?.Conditions?.Any(condition => condition is { Type: "PodResizePending", Reason: "Infeasible", Status: "True" }) == true;
        var statuses = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).ToLookup(status => status.Name);
        return Count(
            pod.Spec,
            container =>
            {
                var status = statuses[container.Name].FirstOrDefault();
                return Most(status is not null && never ? null : container.Resources?.Requests, status?.AllocatedResources, status?.Resources?.Requests);
            },
            pod.Spec.Resources?.Requests);
    }

    private static Dictionary<string, ResourceQuantity> Most(params IDictionary<string, ResourceQuantity>?[] lists)
    {
        var most = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in lists.SelectMany(list => list ?? new Dictionary<string, ResourceQuantity>()))
        {
            if (!most.TryGetValue(name, out var known) || amount.ToDecimal() > known.ToDecimal())
            {
                most[name] = amount;
            }
        }

        return most;
    }

    /// <summary>Whether all that counts has a limit, so that the pod as a whole has one.</summary>
    public static bool IsLimited(V1PodSpec spec, string resource) =>
        QosAmount(spec.Resources?.Limits, resource) is not null
        || spec.Containers.Concat(spec.InitContainers ?? []).All(container => QosAmount(container.Resources?.Limits, resource) is not null);

    private static Dictionary<string, decimal> Count(
        V1PodSpec spec, Func<V1Container, IDictionary<string, ResourceQuantity>?> part, IDictionary<string, ResourceQuantity>? whole)
    {
        var sidecars = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var most = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var init in spec.InitContainers ?? [])
        {
            if (init.RestartPolicy == "Always")
            {
                Add(sidecars, part(init));
                Raise(most, sidecars);
            }
            else
            {
                var now = new Dictionary<string, decimal>(sidecars, StringComparer.Ordinal);
                Add(now, part(init));
                Raise(most, now);
            }
        }

        foreach (var container in spec.Containers)
        {
            Add(sidecars, part(container));
        }

        Raise(most, sidecars);
        foreach (var (name, amount) in whole ?? new Dictionary<string, ResourceQuantity>())
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
