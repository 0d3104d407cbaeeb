using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class NodeKind
{
    private const string RolePrefix = "node-role.kubernetes.io/", RoleLabel = "kubernetes.io/role";
    private const string None = "<none>", Unknown = "<unknown>";

    public static ServedKind Row { get; } = new()
    {
        Kind = "Node",
        Plural = "nodes",
        Singular = "node",
        ShortNames = ["no"],
        Namespaced = false,
        Subresources = [new("proxy", "NodeProxyOptions", Verbs.Proxy), new("status", "Node", Verbs.Status)],
        Columns =
        [
            TableColumn.ObjectName,
            new("Status", "whether it takes pods"),
            new("Roles", "what it does"),
            TableColumn.Age,
            new("Version", "the Kubernetes version whose behaviour it shows"),
            new("Internal-IP", "its address", Wide: true),
            new("External-IP", "its address for the outside", Wide: true),
            new("OS-Image", "its operating system", Wide: true),
            new("Kernel-Version", "its kernel", Wide: true),
            new("Container-Runtime", "what runs its containers", Wide: true),
        ],
        Row = Cells,
        Selectable = new Dictionary<string, Func<JsonElement, string>>
        {
            ["spec.unschedulable"] = node => node.Flag("spec", "unschedulable") ? "true" : "false",
        },
        PrepareForCreate = node => node["status"] ??= new JsonObject(),
    };

    internal static IReadOnlyList<object> Cells(JsonElement node, DateTimeOffset now) =>
    [
        node.Text("metadata", "name"),
        Status(node),
        Roles(node),
        HumanDuration.Since(node.Moment("metadata", "creationTimestamp"), now),
        node.Text("status", "nodeInfo", "kubeletVersion"),
        Address(node, "InternalIP"),
        Address(node, "ExternalIP"),
        Known(node.Text("status", "nodeInfo", "osImage")),
        Known(node.Text("status", "nodeInfo", "kernelVersion")),
        Known(node.Text("status", "nodeInfo", "containerRuntimeVersion")),
    ];

    private static string Status(JsonElement node)
    {
        var ready = node.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == "Ready");
        var status = ready.ValueKind == JsonValueKind.Undefined ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.Flag("spec", "unschedulable") ? $"{status},SchedulingDisabled" : status;
    }

    private static string Roles(JsonElement node)
    {
        if (node.At("metadata", "labels") is not { ValueKind: JsonValueKind.Object } labels)
        {
            return None;
        }

        var roles = labels.EnumerateObject()
            .Select(label => label.Name.StartsWith(RolePrefix, StringComparison.Ordinal) ? label.Name[RolePrefix.Length..]
                : label.Name == RoleLabel ? label.Value.GetString() ?? "" : "")
            .Where(role => role.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return roles.Count == 0 ? None : string.Join(',', roles);
    }

    private static string Address(JsonElement node, string type)
    {
        var found = node.Items("status", "addresses").FirstOrDefault(address => address.Text("type") == type);
        return found.ValueKind == JsonValueKind.Undefined ? None : found.Text("address");
    }

    private static string Known(string text) => text.Length == 0 ? Unknown : text;
}
