using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>One container of a pod, of whichever list.</summary>
internal static class ContainerDefaults
{
    public static void Apply(JsonObject container, bool hostNetwork)
    {
        container.Default("imagePullPolicy", PullPolicy(container.Text("image") ?? ""));
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        RequestWhatIsLimited(container.MapOrNew("resources"));
        foreach (var port in container.Maps("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port.Number("hostPort") is null or 0 && port.Number("containerPort") is { } number)
            {
                port["hostPort"] = Bodies.JsonText.Number(number);
            }
        }
        foreach (var variable in container.Maps("env"))
        {
            variable.Map("valueFrom").Map("fieldRef")?.Default("apiVersion", "v1");
            variable.Map("valueFrom").Map("resourceFieldRef")?.Default("divisor", "0");
        }
        foreach (var name in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Map(name) is { } probe)
            {
                ApplyToProbe(probe);
            }
        }
        foreach (var name in (string[])["postStart", "preStop"])
        {
            ApplyToRequest(container.Map("lifecycle").Map(name).Map("httpGet"));
        }
    }

    /// <summary>A limit without a request asks for as much as it allows.</summary>
    public static void RequestWhatIsLimited(JsonObject resources)
    {
        if (resources.Map("limits") is not { Count: > 0 } limits)
        {
            return;
        }
        var requests = resources.MapOrNew("requests");
        foreach (var (name, amount) in limits)
        {
            requests.TryAdd(name, amount?.DeepClone());
        }
    }

    /// <summary>An image that may change under its name is asked for anew each time.</summary>
    internal static string PullPolicy(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return "IfNotPresent";
        }
        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }

    private static void ApplyToProbe(JsonObject probe)
    {
        DefaultZero(probe, "timeoutSeconds", 1);
        DefaultZero(probe, "periodSeconds", 10);
        DefaultZero(probe, "successThreshold", 1);
        DefaultZero(probe, "failureThreshold", 3);
        ApplyToRequest(probe.Map("httpGet"));
        if (probe.Map("grpc") is { } grpc && grpc["service"] is null)
        {
            grpc["service"] = "";
        }
    }

    private static void ApplyToRequest(JsonObject? httpGet)
    {
        httpGet?.Default("path", "/");
        httpGet?.Default("scheme", "HTTP");
    }

    private static void DefaultZero(JsonObject map, string name, long value)
    {
        if (map.Number(name) is null or 0)
        {
            map[name] = Bodies.JsonText.Number(value);
        }
    }
}
