using System.Globalization;
using k8s.Models;

namespace Tripod.Pods.Capacity;

/// <summary>What a node lacks for a pod, given what the pods on it have asked for. Pure.</summary>
internal static class ResourceFit
{
    /// <param name="Requested">In thousandths for cpu, else in whole units; as are the others.</param>
    public sealed record Lack(string Resource, decimal Requested, decimal Used, decimal Capacity)
    {
        /// <summary>The kubelet's words.</summary>
        public string Message => string.Create(
            CultureInfo.InvariantCulture, $"Node didn't have enough resource: {Resource}, requested: {Shown(Requested)}, used: {Shown(Used)}, capacity: {Shown(Capacity)}");

        /// <summary>The scheduler's.</summary>
        public string Insufficient => Resource == "pods" ? "Too many pods" : $"Insufficient {Resource}";

        private string Shown(decimal amount) => (Resource == "cpu" ? amount * 1000 : amount).ToString("0", CultureInfo.InvariantCulture);
    }

    /// <param name="pod">Who asks.</param>
    /// <param name="others">What all pods that count on the node have asked for.</param>
    /// <param name="allocatable">Of the node; what it does not name it has none of.</param>
    public static IReadOnlyList<Lack> Find(V1PodSpec pod, IReadOnlyList<Dictionary<string, decimal>> others, IReadOnlyDictionary<string, decimal> allocatable)
    {
        var lacks = new List<Lack>();
        if (others.Count + 1 > allocatable.GetValueOrDefault("pods"))
        {
            lacks.Add(new("pods", 1, others.Count, allocatable.GetValueOrDefault("pods")));
        }

        var asked = PodRequests.Of(pod);
        foreach (var (name, amount) in asked.Where(request => request.Value > 0).OrderBy(request => request.Key, StringComparer.Ordinal))
        {
            var (taken, capacity) = (others.Sum(other => other.GetValueOrDefault(name)), allocatable.GetValueOrDefault(name));
            if (taken + amount > capacity)
            {
                lacks.Add(new(name, amount, taken, capacity));
            }
        }

        return lacks;
    }

    public static Dictionary<string, decimal> Amounts(IDictionary<string, ResourceQuantity>? amounts) =>
        (amounts ?? new Dictionary<string, ResourceQuantity>()).ToDictionary(amount => amount.Key, amount => amount.Value.ToDecimal(), StringComparer.Ordinal);
}
