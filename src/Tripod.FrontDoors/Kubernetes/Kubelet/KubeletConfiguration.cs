using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Pods.Eviction;
using Tripod.Runtime.Cgroups;

namespace Tripod.FrontDoors.Kubernetes.Kubelet;

/// <summary>How this machine treats its pods, in the terms of a kubelet's configuration (KubeletConfiguration v1beta1).</summary>
internal static class KubeletConfiguration
{
    public static JsonObject Make(string name, long podPidsLimit, EvictionOptions eviction, CgroupDriver driver) => new()
    {
        ["kubeletconfig"] = new JsonObject
        {
            ["kind"] = "KubeletConfiguration",
            ["apiVersion"] = "kubelet.config.k8s.io/v1beta1",
            ["enableServer"] = true,
            ["syncFrequency"] = "1m0s",
            ["fileCheckFrequency"] = "20s",
            ["httpCheckFrequency"] = "20s",
            ["address"] = "127.0.0.1",
            ["port"] = 10250,
            ["authentication"] = new JsonObject { ["anonymous"] = new JsonObject { ["enabled"] = false }, ["webhook"] = new JsonObject { ["enabled"] = true }, ["x509"] = new JsonObject() },
            ["authorization"] = new JsonObject { ["mode"] = "Webhook", ["webhook"] = new JsonObject() },
            ["registryPullQPS"] = 5,
            ["registryBurst"] = 10,
            ["eventRecordQPS"] = 50,
            ["eventBurst"] = 100,
            ["enableDebuggingHandlers"] = true,
            ["clusterDomain"] = "cluster.local",
            ["streamingConnectionIdleTimeout"] = "4h0m0s",
            ["nodeStatusUpdateFrequency"] = "10s",
            ["nodeStatusReportFrequency"] = "5m0s",
            ["nodeLeaseDurationSeconds"] = 40,
            ["imageMinimumGCAge"] = Duration(eviction.ImageMinimumAge),
            ["imageMaximumGCAge"] = Duration(eviction.ImageMaximumAge),
            ["imageGCHighThresholdPercent"] = eviction.ImageHighPercent,
            ["imageGCLowThresholdPercent"] = eviction.ImageLowPercent,
            ["volumeStatsAggPeriod"] = "1m0s",
            ["cgroupsPerQOS"] = true,
            ["cgroupDriver"] = driver == CgroupDriver.Systemd ? "systemd" : "cgroupfs",
            ["cpuManagerPolicy"] = "none",
            ["memoryManagerPolicy"] = "None",
            ["topologyManagerPolicy"] = "none",
            ["runtimeRequestTimeout"] = "2m0s",
            ["hairpinMode"] = "promiscuous-bridge",
            ["maxPods"] = 110,
            ["podPidsLimit"] = podPidsLimit,
            ["resolvConf"] = "/etc/resolv.conf",
            ["cpuCFSQuota"] = true,
            ["cpuCFSQuotaPeriod"] = "100ms",
            ["maxOpenFiles"] = 1000000,
            ["contentType"] = "application/json",
            ["serializeImagePulls"] = false,
            ["evictionHard"] = Amounts(eviction.Thresholds.Where(threshold => threshold.Grace == TimeSpan.Zero), threshold => threshold.Value.Text),
            ["evictionSoft"] = Amounts(eviction.Thresholds.Where(threshold => threshold.Grace > TimeSpan.Zero), threshold => threshold.Value.Text),
            ["evictionSoftGracePeriod"] = Amounts(eviction.Thresholds.Where(threshold => threshold.Grace > TimeSpan.Zero), threshold => Duration(threshold.Grace)),
            ["evictionMinimumReclaim"] = Amounts(eviction.Thresholds.Where(threshold => threshold.MinimumReclaim is not null), threshold => threshold.MinimumReclaim!.Text),
            ["evictionPressureTransitionPeriod"] = Duration(eviction.PressureTransitionPeriod),
            ["evictionMaxPodGracePeriod"] = (int)eviction.MaxPodGracePeriod.TotalSeconds,
            ["enableControllerAttachDetach"] = false,
            ["protectKernelDefaults"] = false,
            ["makeIPTablesUtilChains"] = false,
            ["failSwapOn"] = false,
            ["memorySwap"] = new JsonObject(),
            ["containerLogMaxSize"] = "10Mi",
            ["containerLogMaxFiles"] = 5,
            ["configMapAndSecretChangeDetectionStrategy"] = "Watch",
            ["enforceNodeAllocatable"] = new JsonArray("pods"),
            ["volumePluginDir"] = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/",
            ["logging"] = new JsonObject { ["format"] = "text", ["flushFrequency"] = "5s", ["verbosity"] = 0 },
            ["enableSystemLogHandler"] = true,
            ["enableSystemLogQuery"] = false,
            ["shutdownGracePeriod"] = "0s",
            ["shutdownGracePeriodCriticalPods"] = "0s",
            ["enableProfilingHandler"] = false,
            ["enableDebugFlagsHandler"] = false,
            ["registerNode"] = true,
            ["localStorageCapacityIsolation"] = true,
            ["containerRuntimeEndpoint"] = "unix:///run/tripod/cri.sock",
            ["providerID"] = $"tripod://{name}",
        },
    };
    private static JsonObject Amounts(IEnumerable<Threshold> thresholds, Func<Threshold, string> text) =>
        new(thresholds.OrderBy(threshold => threshold.Signal, StringComparer.Ordinal).DistinctBy(threshold => threshold.Signal).Select(threshold => KeyValuePair.Create(threshold.Signal, (JsonNode?)text(threshold))));

    /// <summary>As Go prints it: <c>5m0s</c>, <c>1h0m0s</c>.</summary>
    private static string Duration(TimeSpan time)
    {
        var seconds = (time.TotalSeconds % 60).ToString("0.###", CultureInfo.InvariantCulture);
        return time.TotalHours >= 1 ? $"{(int)time.TotalHours}h{time.Minutes}m{seconds}s" : time.TotalMinutes >= 1 ? $"{time.Minutes}m{seconds}s" : $"{seconds}s";
    }
}
