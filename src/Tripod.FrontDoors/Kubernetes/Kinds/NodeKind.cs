using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class NodeKind
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static readonly ApiKind Row = new()
    {
        Kind = "Node",
        Plural = "nodes",
        Singular = "node",
        ShortNames = ["no"],
        Namespaced = false,
        Subresources = ["status"],
        Columns =
        [
            CommonColumns.Name, new("Status"), new("Roles"), CommonColumns.Age, new("Version"), new("Internal-IP", Priority: 1),
            new("External-IP", Priority: 1), new("OS-Image", Priority: 1), new("Kernel-Version", Priority: 1), new("Container-Runtime", Priority: 1),
        ],
        Row = (document, now) =>
        [
            (string?)document["metadata"]!["name"],
            Status(document),
            Roles(document),
            Age.Since(document["metadata"]!["creationTimestamp"], now),
            Info(document, "kubeletVersion"),
            Address(document, "InternalIP"),
            Address(document, "ExternalIP"),
            Info(document, "osImage"),
            Info(document, "kernelVersion"),
            Info(document, "containerRuntimeVersion"),
        ],
        SelectableFields = new Dictionary<string, Func<JsonObject, string>> { ["spec.unschedulable"] = document => (bool?)document["spec"]?["unschedulable"] == true ? "true" : "false" },
    };

    private static string Status(JsonObject document)
    {
        var ready = document["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == "Ready");
        var word = ready is null ? "Unknown" : (string?)ready["status"] == "True" ? "Ready" : "NotReady";
        return (bool?)document["spec"]?["unschedulable"] == true ? $"{word},SchedulingDisabled" : word;
    }

    private static string Roles(JsonObject document)
    {
        var roles = (document["metadata"]?["labels"]?.AsObject() ?? []).Select(label => label.Key)
            .Where(key => key.StartsWith(RolePrefix, StringComparison.Ordinal)).Select(key => key[RolePrefix.Length..]).Order(StringComparer.Ordinal).ToList();
        return roles.Count == 0 ? "<none>" : string.Join(',', roles);
    }

    private static string Info(JsonObject document, string name) => (string?)document["status"]?["nodeInfo"]?[name] is { Length: > 0 } text ? text : "<unknown>";

    private static string Address(JsonObject document, string type) =>
        (string?)document["status"]?["addresses"]?.AsArray().FirstOrDefault(address => (string?)address!["type"] == type)?["address"] ?? "<none>";
}
