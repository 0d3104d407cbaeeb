using System.Text.Json.Nodes;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network.Cni;

/// <summary>What the runtime knows that plugins may want, by the names that the CNI conventions give it. Pure.</summary>
internal static class CapabilityArguments
{
    public const string PortMappings = "portMappings";

    private const string Ingress = "kubernetes.io/ingress-bandwidth", Egress = "kubernetes.io/egress-bandwidth";

    /// <param name="config">Of the sandbox.</param>
    /// <param name="podCidr">What the kubelet has named, one range or, divided by a comma, one of each family; empty: none.</param>
    /// <exception cref="RuntimeException">InvalidArgument: a bandwidth that is none.</exception>
    public static JsonObject Of(SandboxConfig config, string podCidr)
    {
        var arguments = new JsonObject { ["io.kubernetes.cri.pod-annotations"] = new JsonObject(config.Annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))) };
        if (config.Ports.Count > 0)
        {
            arguments[PortMappings] = new JsonArray([.. config.Ports.Select(port => new JsonObject { ["hostPort"] = port.HostPort, ["containerPort"] = port.ContainerPort, ["protocol"] = port.Protocol, ["hostIP"] = port.HostIp })]);
        }

        if (config.Dns is { } dns)
        {
            arguments["dns"] = new JsonObject { ["servers"] = Texts(dns.Servers), ["searches"] = Texts(dns.Searches), ["options"] = Texts(dns.Options) };
        }

        if (podCidr.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } ranges)
        {
            arguments["ipRanges"] = new JsonArray([.. ranges.Select(range => new JsonArray(new JsonObject { ["subnet"] = range }))]);
        }

        if (config.CgroupParent.Length > 0)
        {
            arguments["cgroupPath"] = config.CgroupParent;
        }

        var bandwidth = new JsonObject();
        Limit(bandwidth, "ingress", config.Annotations, Ingress);
        Limit(bandwidth, "egress", config.Annotations, Egress);
        if (bandwidth.Count > 0)
        {
            arguments["bandwidth"] = bandwidth;
        }

        return arguments;
    }

    /// <summary>CNI_ARGS, as pairs.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: a name that would be read as several.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Pairs(SandboxConfig config, string id)
    {
        KeyValuePair<string, string>[] pairs =
        [
            new("IgnoreUnknown", "1"), new("K8S_POD_NAMESPACE", config.Namespace), new("K8S_POD_NAME", config.Name),
            new("K8S_POD_INFRA_CONTAINER_ID", id), new("K8S_POD_UID", config.Uid),
        ];
        return pairs.FirstOrDefault(pair => pair.Value.AsSpan().IndexOfAny(";=\n\0") >= 0) is { Key: not null } wrong
            ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"{wrong.Value}: a plugin cannot be told of a pod with such a name")
            : pairs;
    }

    /// <summary>Bits per second, bursts unlimited.</summary>
    private static void Limit(JsonObject bandwidth, string direction, IReadOnlyDictionary<string, string> annotations, string annotation)
    {
        if (annotations.TryGetValue(annotation, out var text))
        {
            (bandwidth[$"{direction}Rate"], bandwidth[$"{direction}Burst"]) = (BitRate.Parse(annotation, text), uint.MaxValue);
        }
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
