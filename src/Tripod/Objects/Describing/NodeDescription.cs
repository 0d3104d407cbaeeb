using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.Objects.Describing;

/// <summary>The machine as <c>kubectl describe node</c> tells it: conditions, addresses, amounts, and what its pods ask for.</summary>
internal static class NodeDescription
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    private static readonly (string Title, string Field)[] System =
    [
        ("Machine ID", "machineID"), ("System UUID", "systemUUID"), ("Boot ID", "bootID"), ("Kernel Version", "kernelVersion"), ("OS Image", "osImage"), ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"), ("Container Runtime Version", "containerRuntimeVersion"), ("Kubelet Version", "kubeletVersion"),
    ];

    public static IEnumerable<string> Roles(JsonNode metadata) =>
        (metadata["labels"] as JsonObject ?? []).Where(label => label.Key.StartsWith(RolePrefix, StringComparison.Ordinal)).Select(label => label.Key[RolePrefix.Length..]);

    /// <param name="text">Where to.</param>
    /// <param name="node">Whose metadata is told already.</param>
    /// <param name="pods">All pods.</param>
    public static void Describe(Description text, JsonObject node, JsonArray pods)
    {
        var status = node["status"]!;
        text.Add(0, "CreationTimestamp", Description.Time(node["metadata"]!["creationTimestamp"]))
            .AddMany(0, "Taints", [.. (node["spec"]?["taints"] as JsonArray ?? []).Select(taint => $"{taint!["key"]}{((string?)taint["value"] is { Length: > 0 } value ? $"={value}" : "")}:{taint["effect"]}")])
            .Add(0, "Unschedulable", (bool?)node["spec"]?["unschedulable"] == true ? "true" : "false")
            .Title(0, "Conditions:")
            .Table(1, ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"], (status["conditions"] as JsonArray ?? []).Select(condition => (string[])
            [
                $"{condition!["type"]}", $"{condition["status"]}", Description.Time(condition["lastHeartbeatTime"]), Description.Time(condition["lastTransitionTime"]), $"{condition["reason"]}", $"{condition["message"]}",
            ]))
            .Title(0, "Addresses:");
        foreach (var address in status["addresses"] as JsonArray ?? [])
        {
            text.Add(1, $"{address!["type"]}", $"{address["address"]}");
        }

        Amounts(text, "Capacity:", status["capacity"]);
        Amounts(text, "Allocatable:", status["allocatable"]);
        text.Title(0, "System Info:");
        foreach (var (title, field) in System)
        {
            text.Add(1, title, $"{status["nodeInfo"]?[field]}");
        }

        var live = pods.Where(pod => (string?)pod!["status"]?["phase"] is not ("Succeeded" or "Failed") && (string?)pod["spec"]?["nodeName"] == (string?)node["metadata"]!["name"]).Select(pod => pod!).ToList();
        text.Add(0, "Non-terminated Pods", $"({live.Count} in total)");
        text.Table(1, ["Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"], live.Select(pod => (string[])
        [
            $"{pod["metadata"]!["namespace"]}", $"{pod["metadata"]!["name"]}",
            Share("cpu", Sum([pod], "requests", "cpu"), status), Share("cpu", Sum([pod], "limits", "cpu"), status),
            Share("memory", Sum([pod], "requests", "memory"), status), Share("memory", Sum([pod], "limits", "memory"), status),
            text.Since(pod["metadata"]!["creationTimestamp"]),
        ]));
        text.Title(0, "Allocated resources:").Table(1, ["Resource", "Requests", "Limits"], ((string[])["cpu", "memory"]).Select(resource => (string[])
        [
            resource, Share(resource, Sum(live, "requests", resource), status), Share(resource, Sum(live, "limits", resource), status),
        ]));
    }

    private static void Amounts(Description text, string title, JsonNode? amounts)
    {
        text.Title(0, title);
        foreach (var (resource, amount) in (amounts as JsonObject ?? []).OrderBy(amount => amount.Key, StringComparer.Ordinal))
        {
            text.Add(1, resource, JsonPath.Text(amount));
        }
    }

    /// <summary>In billionths. Init containers are over when the others run.</summary>
    private static BigInteger Sum(IEnumerable<JsonNode> pods, string list, string resource) => pods
        .SelectMany(pod => pod["spec"]?["containers"] as JsonArray ?? [])
        .Select(container => Amount(container!["resources"]?[list]?[resource]))
        .Aggregate(BigInteger.Zero, BigInteger.Add);

    private static BigInteger Amount(JsonNode? amount) => Quantity.TryParse(JsonPath.Text(amount), out var quantity) ? quantity.Nano : BigInteger.Zero;

    private static string Share(string resource, BigInteger nano, JsonNode status)
    {
        var whole = Amount(status["allocatable"]?[resource]);
        return string.Create(CultureInfo.InvariantCulture, $"{Text(resource, nano)} ({(whole.IsZero ? 0 : nano * 100 / whole)}%)");
    }

    private static string Text(string resource, BigInteger nano)
    {
        const int Milli = 1_000_000, Mebi = 1 << 20;
        var (units, bytes) = (nano / Milli, nano / (Milli * 1000));
        return nano.IsZero ? "0"
            : resource == "cpu" ? units % 1000 == 0 ? $"{units / 1000}" : $"{units}m"
            : bytes % Mebi == 0 ? $"{bytes / Mebi}Mi" : $"{bytes}";
    }
}
