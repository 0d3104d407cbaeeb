using System.Globalization;
using Tripod.Runtime;

namespace Tripod.Pods.Starting;

/// <summary>What a pod is called on the network (Kubernetes: DNS for Services and Pods). Pure.</summary>
/// <param name="Name">In the pod's hosts file, and its hostname.</param>
/// <param name="Domain">Empty for a pod without a subdomain.</param>
/// <param name="AsFullName">The hostname is the full one.</param>
internal sealed record PodHostname(string Name, string Domain, bool AsFullName)
{
    private const int MostOfLabel = 63, MostOfKernel = 64;
    private const string Cluster = "svc.cluster.local";

    public string FullName => Domain.Length > 0 ? $"{Name}.{Domain}" : Name;

    /// <summary>As the kernel has it.</summary>
    /// <exception cref="RuntimeException">It is longer than the kernel takes.</exception>
    public string Kernel => !AsFullName ? Name
        : FullName.Length <= MostOfKernel ? FullName
        : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, string.Create(
            CultureInfo.InvariantCulture, $"failed to construct FQDN from pod hostname and cluster domain, FQDN {FullName} is too long ({MostOfKernel} characters is the max, {FullName.Length} characters requested)"));

    /// <summary>What follows the pod's address in its hosts file.</summary>
    public string HostsEntry => Domain.Length > 0 ? $"{FullName}\t{Name}" : Name;

    public static PodHostname Of(PodView pod)
    {
        if (pod.Spec.HostnameOverride is { Length: > 0 } whole)
        {
            return new(Cut(whole, MostOfKernel), "", false);
        }

        var name = Cut(pod.Spec.Hostname is { Length: > 0 } own ? own : pod.Name, MostOfLabel);
        return new(name, pod.Spec.Subdomain is { Length: > 0 } subdomain ? $"{subdomain}.{pod.Namespace}.{Cluster}" : "", pod.Spec.SetHostnameAsFQDN == true);
    }

    private static string Cut(string name, int most) => name.Length > most ? name[..most].TrimEnd('-', '.') : name;
}
