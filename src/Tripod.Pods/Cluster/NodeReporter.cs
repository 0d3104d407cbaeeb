using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Eviction;
using Tripod.Pods.Status;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>Keeps the Node object that is this machine: addresses, capacity, what it runs, and that it is well.</summary>
internal sealed class NodeReporter(ObjectStore store, ContainerRuntime runtime, PodEngineOptions options, NodePressure pressure, TimeProvider clock)
{
    public void Report()
    {
        var key = ResourceKeys.Of("nodes", null, options.NodeName);
        if (store.Get(key) is null)
        {
            var created = NewObject.Make("Node", null, options.NodeName, clock.GetUtcNow());
            created["spec"] = new JsonObject();
            store.Create(key, created);
        }

        store.Update(key, node =>
        {
            var labels = node["metadata"]!["labels"] as JsonObject ?? [];
            foreach (var (name, value) in OwnLabels())
            {
                labels[name] = value;
            }

            node["metadata"]!["labels"] = labels.DeepClone();
            var spec = node["spec"]?.DeepClone() as JsonObject ?? [];
            spec.Remove("taints");
            if (PressureTaints.Apply(node["spec"]?["taints"] as JsonArray, pressure.Conditions, clock.GetUtcNow()) is { } taints)
            {
                spec["taints"] = taints;
            }

            node["spec"] = spec;
            node["status"] = Status(node["status"] as JsonObject);
            return node;
        });
    }

    private Dictionary<string, string> OwnLabels() => new()
    {
        ["kubernetes.io/hostname"] = options.NodeName,
        ["kubernetes.io/os"] = "linux",
        ["kubernetes.io/arch"] = Architecture,
        ["beta.kubernetes.io/os"] = "linux",
        ["beta.kubernetes.io/arch"] = Architecture,
        ["node-role.kubernetes.io/control-plane"] = "",
    };

    private JsonObject Status(JsonObject? before) => new()
    {
        ["capacity"] = Amounts(NodeCapacity.Total(options.Root), before?["capacity"] as JsonObject),
        ["allocatable"] = Amounts(NodeCapacity.Allocatable(options.Root), before?["capacity"] as JsonObject),
        ["conditions"] = Conditions(before),
        ["addresses"] = new JsonArray(
        [
            .. options.NodeIps.Select(address => new JsonObject { ["type"] = "InternalIP", ["address"] = address }),
            new JsonObject { ["type"] = "Hostname", ["address"] = options.NodeName },
        ]),
        ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } },
        ["nodeInfo"] = new JsonObject
        {
            ["machineID"] = Line("/etc/machine-id"),
            ["systemUUID"] = Line("/sys/class/dmi/id/product_uuid"),
            ["bootID"] = Line("/proc/sys/kernel/random/boot_id"),
            ["kernelVersion"] = Line("/proc/sys/kernel/osrelease"),
            ["osImage"] = OsName(),
            ["containerRuntimeVersion"] = $"tripod://{options.Version}",
            ["kubeletVersion"] = options.KubernetesVersion,
            ["kubeProxyVersion"] = "",
            ["operatingSystem"] = "linux",
            ["architecture"] = Architecture,
        },
        ["runtimeHandlers"] = new JsonArray([.. runtime.Handlers.Prepend("").Select(handler => (JsonNode)new JsonObject
        {
            ["name"] = handler,
            ["features"] = new JsonObject { ["recursiveReadOnlyMounts"] = true, ["userNamespaces"] = runtime.UserNamespaceProblem is null },
        })]),
        ["features"] = new JsonObject { ["supplementalGroupsPolicy"] = true },
    };

    /// <summary>Those that others report (a node problem detector, say) stay.</summary>
    private JsonArray Conditions(JsonObject? before)
    {
        var known = before?["conditions"] as JsonArray;
        JsonObject[] own =
        [
            PressureCondition(Signal.MemoryPressure, known),
            PressureCondition(Signal.DiskPressure, known),
            PressureCondition(Signal.PidPressure, known),
            Condition("Ready", true, "KubeletReady", "kubelet is posting ready status", known),
        ];
        return new([.. own, .. ConditionList.OfOthers(known, own)]);
    }

    private JsonObject PressureCondition(string type, JsonArray? before)
    {
        var holds = pressure.Conditions.Contains(type);
        var (reason, message) = NodeEvents.Condition(type, holds);
        return Condition(type, holds, reason, message, before);
    }

    /// <summary>A client has added to the machine's capacity, or taken of it, what may not be given to pods accordingly yet.</summary>
    public static bool IsBehind(V1Node node)
    {
        var (capacity, allocatable) = (Added(node.Status?.Capacity), Added(node.Status?.Allocatable));
        return capacity.Count != allocatable.Count || capacity.Except(allocatable).Any();
    }

    private static Dictionary<string, decimal> Added(IDictionary<string, ResourceQuantity>? amounts) =>
        ResourceFit.Amounts(amounts).Where(amount => IsAdded(amount.Key)).ToDictionary(StringComparer.Ordinal);

    private static bool IsAdded(string resource) => resource.Contains('/', StringComparison.Ordinal);

    /// <summary>What a client has added to the capacity of its own (example.com/dongle) stays, and all of it may be given to pods.</summary>
    private static JsonObject Amounts(Dictionary<string, decimal> own, JsonObject? capacity)
    {
        var amounts = new JsonObject();
        foreach (var (name, amount) in own)
        {
            amounts[name] = NodeCapacity.Text(name, amount);
        }

        foreach (var (name, amount) in (capacity ?? []).Where(amount => IsAdded(amount.Key)))
        {
            amounts[name] = amount?.DeepClone();
        }

        return amounts;
    }

    private JsonObject Condition(string type, bool holds, string reason, string message, JsonArray? before)
    {
        var now = ContainerStates.Time(clock.GetUtcNow());
        var status = holds ? "True" : "False";
        return new()
        {
            ["type"] = type,
            ["status"] = status,
            ["lastHeartbeatTime"] = now,
            ["lastTransitionTime"] = ConditionList.Since(ConditionList.Find(before, type), status, now),
            ["reason"] = reason,
            ["message"] = message,
        };
    }

    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    private static string OsName() =>
        File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"') ?? "Linux"
            : "Linux";

    private static string Line(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
