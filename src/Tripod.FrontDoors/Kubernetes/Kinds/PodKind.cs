using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class PodKind
{
    public static readonly ApiKind Row = new()
    {
        Kind = "Pod",
        Plural = "pods",
        Singular = "pod",
        ShortNames = ["po"],
        Categories = ["all"],
        Namespaced = true,
        HasGeneration = true,
        Subresources = ["status", "ephemeralcontainers", "resize"],
        Columns =
        [
            CommonColumns.Name, new("Ready"), new("Status"), new("Restarts"), CommonColumns.Age, new("IP", Priority: 1), new("Node", Priority: 1),
            new("Nominated Node", Priority: 1), new("Readiness Gates", Priority: 1),
        ],
        Row = PodRow.Of,
        SelectableFields = new Dictionary<string, Func<JsonObject, string>>
        {
            ["spec.nodeName"] = document => (string?)document["spec"]?["nodeName"] ?? "",
            ["spec.restartPolicy"] = document => (string?)document["spec"]?["restartPolicy"] ?? "",
            ["spec.schedulerName"] = document => (string?)document["spec"]?["schedulerName"] ?? "",
            ["spec.serviceAccountName"] = document => (string?)document["spec"]?["serviceAccountName"] ?? "",
            ["spec.hostNetwork"] = document => (bool?)document["spec"]?["hostNetwork"] == true ? "true" : "false",
            ["status.phase"] = document => (string?)document["status"]?["phase"] ?? "",
            ["status.podIP"] = document => (string?)document["status"]?["podIP"] ?? "",
            ["status.nominatedNodeName"] = document => (string?)document["status"]?["nominatedNodeName"] ?? "",
        },
    };
}
