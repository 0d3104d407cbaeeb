using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class PodKind
{
    private const string None = "<none>";

    public static ServedKind Row { get; } = new()
    {
        Kind = "Pod",
        Plural = "pods",
        Singular = "pod",
        ShortNames = ["po"],
        Categories = ["all"],
        HasGeneration = true,
        Deletion = Deletion.Graceful,
        Subresources =
        [
            new("attach", "PodAttachOptions", Verbs.Connect),
            new("binding", "Binding", Verbs.Create),
            new("ephemeralcontainers", "Pod", Verbs.Status, Rules: new(EphemeralContainers.Limit, EphemeralContainers.Validate)),
            new("eviction", "Eviction", Verbs.Create, "policy/v1"),
            new("exec", "PodExecOptions", Verbs.Connect),
            new("log", "Pod", Verbs.Get),
            new("portforward", "PodPortForwardOptions", Verbs.Connect),
            new("proxy", "PodProxyOptions", Verbs.Proxy),
            new("resize", "Pod", Verbs.Status, Rules: new(PodResize.Limit, PodResizeValidation.Validate)),
            new("status", "Pod", Verbs.Status),
        ],
        Columns =
        [
            TableColumn.ObjectName,
            new("Ready", "containers that are ready, of how many"),
            new("Status", "what the pod is at"),
            new("Restarts", "how often its containers were restarted, and when last"),
            TableColumn.Age,
            new("IP", "the pod's address", Wide: true),
            new("Node", "the node it runs on", Wide: true),
            new("Nominated Node", "the node kept free for it", Wide: true),
            new("Readiness Gates", "conditions that must hold beside its containers', met of how many", Wide: true),
        ],
        Row = Cells,
        Selectable = new Dictionary<string, Func<JsonElement, string>>
        {
            ["spec.nodeName"] = pod => pod.Text("spec", "nodeName"),
            ["spec.restartPolicy"] = pod => pod.Text("spec", "restartPolicy"),
            ["spec.schedulerName"] = pod => pod.Text("spec", "schedulerName"),
            ["spec.serviceAccountName"] = pod => pod.Text("spec", "serviceAccountName"),
            ["spec.hostNetwork"] = pod => pod.Flag("spec", "hostNetwork") ? "true" : "false",
            ["status.phase"] = pod => pod.Text("status", "phase"),
            ["status.podIP"] = pod => pod.Text("status", "podIP"),
            ["status.podIPs"] = pod => pod.Text("status", "podIP"),
            ["status.nominatedNodeName"] = pod => pod.Text("status", "nominatedNodeName"),
        },
        PrepareForCreate = pod => pod["status"] = new JsonObject { ["phase"] = "Pending" },
        PrepareForUpdate = PodBinding.Keep,
    };

    internal static IReadOnlyList<object> Cells(JsonElement pod, DateTimeOffset now)
    {
        var summary = PodSummary.Of(pod);
        return
        [
            pod.Text("metadata", "name"),
            $"{summary.Ready}/{summary.Total}",
            summary.Status,
            summary.RestartsText(now),
            HumanDuration.Since(pod.Moment("metadata", "creationTimestamp"), now),
            OrNone(pod.Text("status", "podIP")),
            OrNone(pod.Text("spec", "nodeName")),
            OrNone(pod.Text("status", "nominatedNodeName")),
            Gates(pod),
        ];
    }

    private static string Gates(JsonElement pod)
    {
        var gates = pod.Items("spec", "readinessGates").Select(gate => gate.Text("conditionType")).ToList();
        var met = gates.Count(gate => pod.Items("status", "conditions")
            .Any(condition => condition.Text("type") == gate && condition.Text("status") == "True"));
        return gates.Count == 0 ? None : $"{met}/{gates.Count}";
    }

    private static string OrNone(string text) => text.Length == 0 ? None : text;
}
