using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>The group metrics.k8s.io, by which <c>kubectl top</c> and autoscalers ask what pods and node use. The router hands it the request.</summary>
internal sealed class MetricsApi(DoorParts door)
{
    public const string Group = "metrics.k8s.io", Version = "v1beta1";

    public static bool Is(RequestPath path) => path is { Group: Group, Version: Version, Resource: "nodes" or "pods", Subresource: null };

    public async Task HandleAsync(HttpContext http, RequestPath path)
    {
        if (http.Request.Method is not ("GET" or "HEAD"))
        {
            throw ApiException.MethodNotAllowed();
        }

        var meter = door.Usage ?? throw ApiException.ServiceUnavailable("this API keeps objects only: nothing runs its pods");
        var report = await meter.MeasureAsync(http.RequestAborted).ConfigureAwait(false);
        var items = path.Resource == "nodes" ? Nodes(http, report) : Pods(http, path, report);
        if (path.Name is null)
        {
            await JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(List(path.Resource == "nodes" ? "NodeMetricsList" : "PodMetricsList", items.Select(item => item.Document)))).ConfigureAwait(false);
            return;
        }

        var one = items.FirstOrDefault(item => item.Name == path.Name).Document ?? throw ApiException.NotFound($"{path.Resource}.{Group}", path.Name);
        await JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(one)).ConfigureAwait(false);
    }

    private IEnumerable<(string Name, JsonObject Document)> Nodes(HttpContext http, UsageReport report)
    {
        var stored = door.Store.Get(ResourceKeys.Of("nodes", null, door.Options.NodeName));
        if (stored is not null && Selected(http, NodeKind.Row).Matches(stored))
        {
            var document = Head("NodeMetrics", stored, report);
            document["usage"] = Amounts(report.MachineNanoCores, report.Machine.WorkingSetBytes);
            yield return (door.Options.NodeName, document);
        }
    }

    private IEnumerable<(string Name, JsonObject Document)> Pods(HttpContext http, RequestPath path, UsageReport report)
    {
        var selection = Selected(http, PodKind.Row);
        foreach (var pod in report.Pods.Where(pod => (path.Namespace is null || pod.Namespace == path.Namespace) && pod.Containers.Count > 0))
        {
            if (door.Store.Get(ResourceKeys.Pod(pod.Namespace, pod.Name)) is not { } stored || !selection.Matches(stored))
            {
                continue;
            }

            var document = Head("PodMetrics", stored, report);
            document["containers"] = Json.Array(pod.Containers.Select(container => new JsonObject
            {
                ["name"] = container.Name,
                ["usage"] = Amounts(container.NanoCores, container.Sample.WorkingSetBytes),
            }));
            yield return (pod.Name, document);
        }
    }

    private static Selection Selected(HttpContext http, ServedKind kind) =>
        Selection.Parse(http.Request.Query["labelSelector"].LastOrDefault(), http.Request.Query["fieldSelector"].LastOrDefault(), kind);

    private static JsonObject Head(string kind, StoredObject stored, UsageReport report)
    {
        using var source = JsonDocument.Parse(stored.Document);
        var metadata = new JsonObject { ["name"] = source.RootElement.Text("metadata", "name") };
        if (source.RootElement.Text("metadata", "namespace") is { Length: > 0 } space)
        {
            metadata["namespace"] = space;
        }

        metadata["creationTimestamp"] = Timestamps.Of(report.Time);
        if (source.RootElement.At("metadata", "labels") is { } labels)
        {
            metadata["labels"] = JsonNode.Parse(labels.GetRawText());
        }

        return new()
        {
            ["kind"] = kind,
            ["apiVersion"] = $"{Group}/{Version}",
            ["metadata"] = metadata,
            ["timestamp"] = Timestamps.Of(report.Time),
            ["window"] = string.Create(CultureInfo.InvariantCulture, $"{report.Window.TotalSeconds:0.###}s"),
        };
    }

    private static JsonObject Amounts(long nanoCores, long bytes) => new()
    {
        ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{nanoCores}n"),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024}Ki"),
    };

    private static JsonObject List(string kind, IEnumerable<JsonObject> items) => new()
    {
        ["kind"] = kind,
        ["apiVersion"] = $"{Group}/{Version}",
        ["metadata"] = new JsonObject(),
        ["items"] = Json.Array(items),
    };
}
