using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Status;

namespace Tripod.Pods.Starting;

/// <summary>What a pod may be told of itself (Kubernetes: Downward API).</summary>
internal static partial class DownwardApi
{
    public static string Field(PodView pod, string path)
    {
        var metadata = pod.Object.Metadata;
        if (Subscript().Match(path) is { Success: true } match)
        {
            var from = match.Groups[1].Value == "labels" ? metadata.Labels : metadata.Annotations;
            return from?.TryGetValue(match.Groups[2].Value, out var value) == true ? value : "";
        }

        return path switch
        {
            "metadata.name" => metadata.Name,
            "metadata.namespace" => metadata.NamespaceProperty,
            "metadata.uid" => metadata.Uid,
            "metadata.labels" => Lines(metadata.Labels),
            "metadata.annotations" => Lines(metadata.Annotations),
            "spec.nodeName" => pod.Spec.NodeName ?? "",
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
            "status.hostIP" => pod.Object.Status?.HostIP ?? "",
            "status.hostIPs" => string.Join(',', pod.Object.Status?.HostIPs?.Select(address => address.Ip) ?? []),
            "status.podIP" => pod.Object.Status?.PodIP ?? "",
            "status.podIPs" => string.Join(',', pod.Object.Status?.PodIPs?.Select(address => address.Ip) ?? []),
            _ => throw new ContainerProblem("CreateContainerConfigError", $"unsupported fieldPath: {path}"),
        };
    }

    /// <summary>A container's request or limit in units of the divisor, rounded up; what is not limited is what the machine has for pods.</summary>
    /// <param name="root">The engine's, on the disk that counts.</param>
    public static string Resource(PodView pod, V1ResourceFieldSelector selector, string containerName, string root)
    {
        var container = pod.Containers.FirstOrDefault(found => found.Name == containerName)?.Spec
            ?? throw new ContainerProblem("CreateContainerConfigError", $"container {containerName} not found");
        var parts = selector.Resource.Split('.', 2);
        var amounts = parts[0] == "limits" ? container.Resources?.Limits : container.Resources?.Requests;
        var amount = QosClass.Of(amounts, parts[1]) ?? (parts[0] == "limits" ? NodeCapacity.Allocatable(root).GetValueOrDefault(parts[1]) : 0m);
        var divisor = selector.Divisor?.ToDecimal() is > 0 and var given ? given : 1m;
        return Math.Ceiling(amount / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static string Lines(IDictionary<string, string>? pairs) =>
        string.Join('\n', (pairs ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}=\"{pair.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""));

    [GeneratedRegex(@"^metadata\.(labels|annotations)\['([^']+)'\]$")]
    private static partial Regex Subscript();
}
