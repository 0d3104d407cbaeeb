using System.Text.Json.Nodes;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What tests ask of a pod's document.</summary>
internal static class PodDocuments
{
    public static string? Phase(this JsonNode pod) => (string?)pod["status"]?["phase"];

    public static JsonNode? Container(this JsonNode pod, string name) => ((string[])["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"])
        .SelectMany(list => pod["status"]?[list]?.AsArray() ?? [])
        .FirstOrDefault(status => (string?)status!["name"] == name);

    public static bool Runs(this JsonNode pod, string name) => pod.Container(name)?["state"]?["running"] is not null;

    public static JsonNode? Ended(this JsonNode pod, string name) => pod.Container(name)?["state"]?["terminated"];

    public static JsonNode? EndedBefore(this JsonNode pod, string name) => pod.Container(name)?["lastState"]?["terminated"];

    public static string? Waiting(this JsonNode pod, string name) => (string?)pod.Container(name)?["state"]?["waiting"]?["reason"];

    public static int Restarts(this JsonNode pod, string name) => (int)(pod.Container(name)?["restartCount"] ?? 0);

    public static JsonNode? Condition(this JsonNode pod, string type) =>
        pod["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type);

    public static string? Holds(this JsonNode pod, string type) => (string?)pod.Condition(type)?["status"];
}
