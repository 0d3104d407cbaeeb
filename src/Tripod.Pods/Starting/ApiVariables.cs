namespace Tripod.Pods.Starting;

/// <summary>The variables by which programs in a pod find the Kubernetes API, as every container of a cluster has them.</summary>
internal static class ApiVariables
{
    private const string Port = "443";

    /// <param name="address">Where pods reach the API; null where they cannot.</param>
    public static IReadOnlyDictionary<string, string> Of(string? address) => address is null ? new Dictionary<string, string>() : new Dictionary<string, string>
    {
        ["KUBERNETES_SERVICE_HOST"] = address,
        ["KUBERNETES_SERVICE_PORT"] = Port,
        ["KUBERNETES_SERVICE_PORT_HTTPS"] = Port,
        ["KUBERNETES_PORT"] = $"tcp://{address}:{Port}",
        ["KUBERNETES_PORT_443_TCP"] = $"tcp://{address}:{Port}",
        ["KUBERNETES_PORT_443_TCP_PROTO"] = "tcp",
        ["KUBERNETES_PORT_443_TCP_PORT"] = Port,
        ["KUBERNETES_PORT_443_TCP_ADDR"] = address,
    };
}
