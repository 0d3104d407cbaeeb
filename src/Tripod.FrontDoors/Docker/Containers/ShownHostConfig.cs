using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>What <c>docker inspect</c> shows as HostConfig: every field that clients read, with what was asked for in it. Pure.</summary>
internal static class ShownHostConfig
{
    private static readonly string[] Numbers =
    [
        "CpuShares", "Memory", "NanoCpus", "BlkioWeight", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "MemoryReservation",
        "MemorySwap", "CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth", "OomScoreAdj",
    ];

    private static readonly string[] Texts = ["ContainerIDFile", "VolumeDriver", "Cgroup", "PidMode", "UTSMode", "UsernsMode", "Isolation", "CgroupParent", "CpusetCpus", "CpusetMems"];

    private static readonly string[] Flags = ["AutoRemove", "Privileged", "PublishAllPorts", "ReadonlyRootfs"];

    private static readonly string[] Kept =
    [
        "Binds", "CapAdd", "CapDrop", "VolumesFrom", "GroupAdd", "Links", "SecurityOpt", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps",
        "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices", "DeviceCgroupRules", "DeviceRequests", "MemorySwappiness", "OomKillDisable", "PidsLimit",
        "Ulimits", "Mounts", "Tmpfs", "Sysctls", "StorageOpt", "Init", "Annotations", "ExtraHosts",
    ];

    private static readonly string[] Maybe = ["Mounts", "Tmpfs", "Sysctls", "StorageOpt", "Init", "Annotations"];

    public static JsonObject Of(ContainerView view, ContainerConfig config)
    {
        var asked = view.HostConfig;
        var shown = new JsonObject
        {
            ["NetworkMode"] = view.NetworkMode,
            ["PortBindings"] = asked["PortBindings"]?.DeepClone() ?? new JsonObject(),
            ["LogConfig"] = new JsonObject { ["Type"] = asked.Object("LogConfig").Text("Type") is { Length: > 0 } driver ? driver : "json-file", ["Config"] = asked.Object("LogConfig")["Config"]?.DeepClone() ?? new JsonObject() },
            ["RestartPolicy"] = new JsonObject { ["Name"] = asked.Object("RestartPolicy").Text("Name") is { Length: > 0 } policy ? policy : "no", ["MaximumRetryCount"] = asked.Object("RestartPolicy").Number("MaximumRetryCount") },
            ["ConsoleSize"] = asked["ConsoleSize"]?.DeepClone() ?? new JsonArray(0, 0),
            ["CgroupnsMode"] = asked.Text("CgroupnsMode") is { Length: > 0 } cgroup ? cgroup : config.Namespaces?.Cgroup is NamespaceChoice.Own ? "private" : "host",
            ["Dns"] = asked.Texts("Dns").ToJson(),
            ["DnsOptions"] = asked.Texts("DnsOptions").ToJson(),
            ["DnsSearch"] = asked.Texts("DnsSearch").ToJson(),
            ["IpcMode"] = asked.Text("IpcMode") is { Length: > 0 } ipc ? ipc : "private",
            ["Runtime"] = asked.Text("Runtime") is { Length: > 0 } runtime ? runtime : "crun",
            ["ShmSize"] = asked.Number("ShmSize") is > 0 and var size ? size : 64 * 1024 * 1024,
            ["MaskedPaths"] = asked["MaskedPaths"]?.DeepClone(),
            ["ReadonlyPaths"] = asked["ReadonlyPaths"]?.DeepClone(),
        };
        foreach (var number in Numbers)
        {
            shown[number] = asked.Number(number);
        }

        foreach (var text in Texts)
        {
            shown[text] = asked.Text(text);
        }

        foreach (var flag in Flags)
        {
            shown[flag] = asked.Flag(flag);
        }

        foreach (var name in Kept.Where(name => !Maybe.Contains(name) || asked[name] is not null))
        {
            shown[name] = asked[name]?.DeepClone();
        }

        if (asked.Texts("Links") is { Count: > 0 } links)
        {
            // Docker's own form, which other clients cut apart again.
            shown["Links"] = links.Select(link => link.Split(':', 2)).Select(link => $"/{link[0].TrimStart('/')}:/{config.Name}/{link[^1][(link[^1].LastIndexOf('/') + 1)..]}").ToJson();
        }

        if (view.Config.Count == 0)
        {
            shown["Privileged"] = config.Security.Privileged;
            shown["Memory"] = config.Resources.MemoryLimit;
            shown["CpuShares"] = config.Resources.CpuShares;
            shown["CpuQuota"] = config.Resources.CpuQuota;
            shown["CpuPeriod"] = config.Resources.CpuPeriod;
            shown["IpcMode"] = view.NetworkMode.StartsWith("container:", StringComparison.Ordinal) ? view.NetworkMode : "shareable";
            shown["PidMode"] = view.Sandbox is { SharePid: true } && view.NetworkMode.StartsWith("container:", StringComparison.Ordinal) ? view.NetworkMode : "";
        }

        return shown;
    }
}
