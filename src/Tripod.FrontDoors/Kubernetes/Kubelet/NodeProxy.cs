using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Metrics;
using Tripod.FrontDoors.Kubernetes.Usage;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Kubelet;

/// <summary>
/// What a kubelet answers on its own port, for tools that ask for it through the API: <c>/api/v1/nodes/NODE/proxy/…</c>.
/// The router hands it the request; logs and streams of containers go to the handlers of the pods' own parts.
/// </summary>
internal sealed class NodeProxy(DoorParts door, SubresourceRouter parts)
{
    private const string LogDirectory = "/var/log";

    public Task HandleAsync(ApiRequest request)
    {
        // NODE, NODE:PORT or https:NODE:PORT, as the proxy of an API server takes it.
        var node = request.Name.Split(':') switch
        {
            [var name] => name,
            ["http" or "https", var name, _] => name,
            [var name, _] => name,
            _ => request.Name,
        };
        if (node != door.Options.NodeName || door.Store.Get(ResourceKeys.Of("nodes", null, node)) is null)
        {
            throw ApiException.NotFound("nodes", node);
        }

        var (http, tail) = (request.Http, request.Path.Tail.TrimEnd('/'));
        return tail.Split('/') switch
        {
            ["healthz"] or ["healthz", "ping" or "syncloop" or "log"] => Text(http, "ok"),
            ["configz"] => Document(http, KubeletConfiguration.Make(node, door.Options.PodPidsLimit, door.Options.Eviction, door.Runtime?.CgroupDriver ?? default)),
            ["pods"] or ["runningpods"] => Pods(http, tail == "runningpods"),
            ["stats", "summary"] => Summary(http),
            ["metrics"] => Measured(http, Own),
            ["metrics", "resource"] => Measured(http, KubeletMetrics.Resource),
            ["metrics", "cadvisor"] => Measured(http, KubeletMetrics.Containers),
            ["metrics", "probes"] => Text(http, "", PrometheusText.MediaType),
            ["containerLogs", var space, var pod, var container] => Part(request, space, pod, container, "log"),
            ["exec" or "attach" or "portForward", var space, var pod, .. var rest] => Part(request, space, pod, rest.LastOrDefault() ?? "", tail.Split('/')[0].ToLowerInvariant()),
            ["logs", .. var path] => HostLogs.AnswerAsync(http, LogDirectory, path, request.Path.Tail),
            _ => Text(http, "404 page not found\n", status: StatusCodes.Status404NotFound),
        };
    }

    private Task Pods(HttpContext http, bool running)
    {
        var (objects, _) = door.Store.List(ResourceKeys.Prefix("pods"));
        return JsonAnswer.WriteAsync(http, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "PodList");
            writer.WriteString("apiVersion", "v1");
            writer.WriteStartObject("metadata");
            writer.WriteEndObject();
            writer.WriteStartArray("items");
            foreach (var stored in objects)
            {
                using var pod = JsonDocument.Parse(stored.Document);
                if (pod.RootElement.Text("spec", "nodeName") == door.Options.NodeName && (!running || pod.RootElement.Text("status", "phase") == "Running"))
                {
                    writer.WriteRawValue(stored.Document.Span, skipInputValidation: true);
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task Summary(HttpContext http)
    {
        var report = await Meter.MeasureAsync(http.RequestAborted).ConfigureAwait(false);
        var bootedAt = door.Now - TimeSpan.FromMilliseconds(Environment.TickCount64);
        await Document(http, StatsSummary.Of(report, door.Options.NodeName, bootedAt, door.Options.PkiDirectory)).ConfigureAwait(false);
    }

    private string Own(UsageReport report) => KubeletMetrics.Own(report, door.Options.NodeName,
        door.Runtime!.ListContainers().CountBy(container => container.State.ToString().ToLowerInvariant()).ToDictionary());

    private async Task Measured(HttpContext http, Func<UsageReport, string> write)
    {
        var report = await Meter.MeasureAsync(http.RequestAborted).ConfigureAwait(false);
        await Text(http, write(report), PrometheusText.MediaType).ConfigureAwait(false);
    }

    /// <summary>The same part of a pod as under its own path.</summary>
    private Task Part(ApiRequest request, string space, string pod, string container, string part)
    {
        var path = new RequestPath("", "v1", space, "pods", pod, part);
        return parts.HandleAsync(new ApiRequest(request.Http, path, Kinds.PodKind.Row, request.User) { Container = container });
    }

    private UsageMeter Meter => door.Usage ?? throw ApiException.ServiceUnavailable("this API keeps objects only: nothing runs its pods");

    private static Task Document(HttpContext http, JsonObject document) => JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(document));

    private static Task Text(HttpContext http, string text, string mediaType = "text/plain; charset=utf-8", int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
