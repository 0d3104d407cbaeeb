using System.Text.Json.Nodes;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>The classes that are there without anybody making them: of priority the system's two, of runtime one for each OCI runtime. What is missing is made at each start.</summary>
internal static class DefaultClasses
{
    private static readonly (string Name, int Value, string Description)[] Priorities =
    [
        ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
        ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
    ];

    /// <param name="store">Where they are kept.</param>
    /// <param name="handlers">The OCI runtimes that the machine has.</param>
    /// <param name="now">When they are made.</param>
    public static void Ensure(ObjectStore store, IEnumerable<string> handlers, DateTimeOffset now)
    {
        foreach (var (name, value, description) in Priorities)
        {
            Create(store, "priorityclasses", "scheduling.k8s.io/v1", "PriorityClass", name, now, new()
            {
                ["value"] = value,
                ["description"] = description,
                ["preemptionPolicy"] = "PreemptLowerPriority",
            });
        }

        foreach (var handler in handlers.Where(IsName))
        {
            Create(store, "runtimeclasses", "node.k8s.io/v1", "RuntimeClass", handler, now, new() { ["handler"] = handler });
        }
    }

    private static bool IsName(string handler) => handler.Length is > 0 and <= 63 && handler.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') && handler[0] != '-' && handler[^1] != '-';

    private static void Create(ObjectStore store, string resource, string apiVersion, string kind, string name, DateTimeOffset now, JsonObject fields)
    {
        var key = ResourceKeys.Of(resource, null, name);
        if (store.Get(key) is not null)
        {
            return;
        }

        var made = NewObject.Make(kind, null, name, now);
        made["apiVersion"] = apiVersion;
        foreach (var (field, value) in fields)
        {
            made[field] = value?.DeepClone();
        }

        store.Create(key, made);
    }
}
