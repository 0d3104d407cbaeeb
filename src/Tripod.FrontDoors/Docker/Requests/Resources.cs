using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's limits as the kernel's. Pure.</summary>
internal static partial class Resources
{
    private const long Period = 100_000, LeastMemory = 6 * 1024 * 1024, NanosPerCpu = 1_000_000_000;

    private static readonly string[] OfWindows = ["CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth"];

    /// <param name="host">HostConfig.</param>
    /// <param name="features">What this machine can limit.</param>
    /// <param name="warnings">What it cannot, and is therefore left out, is said here, as Docker does.</param>
    /// <exception cref="DockerException">400 for what cannot be.</exception>
    public static LinuxResources Of(JsonObject host, CgroupFeatures features, ICollection<string> warnings)
    {
        foreach (var name in OfWindows.Where(name => host.Number(name) != 0))
        {
            throw new DockerException(400, $"invalid option: {name} is for containers of Windows");
        }

        var memory = host.Number("Memory");
        var nanos = host.Number("NanoCpus");
        if (memory is > 0 and < LeastMemory)
        {
            throw new DockerException(400, "Minimum memory limit allowed is 6MB");
        }

        if (nanos > 0 && (host.Number("CpuPeriod") > 0 || host.Number("CpuQuota") > 0))
        {
            throw new DockerException(400, "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        }

        if (nanos < 0 || nanos > Environment.ProcessorCount * NanosPerCpu)
        {
            throw new DockerException(400, FormattableString.Invariant($"range of CPUs is from 0.01 to {Environment.ProcessorCount}.00, as there are only {Environment.ProcessorCount} CPUs available"));
        }

        var reservation = host.Number("MemoryReservation");
        if (memory > 0 && reservation > memory)
        {
            throw new DockerException(400, "Minimum memory limit can not be less than memory reservation limit, see usage");
        }

        return new()
        {
            MemoryReservation = reservation,
            MemorySwappiness = Swappiness(host, features, warnings),
            OomKillDisable = OomKillDisable(host, features, warnings),
            CpuRealtimePeriod = Realtime(host, "CpuRealtimePeriod", features),
            CpuRealtimeRuntime = Realtime(host, "CpuRealtimeRuntime", features),
            BlockIo = Requests.BlockIo.Of(host, features, warnings),
            DeviceRules = [.. host.Texts("DeviceCgroupRules").Select(Rule)],
            CpuPeriod = nanos > 0 ? Period : host.Number("CpuPeriod"),
            CpuQuota = nanos > 0 ? nanos * Period / NanosPerCpu : host.Number("CpuQuota"),
            CpuShares = host.Number("CpuShares"),
            CpusetCpus = host.Text("CpusetCpus"),
            CpusetMems = host.Text("CpusetMems"),
            MemoryLimit = memory,
            MemorySwapLimit = Swap(host, memory),
            PidsLimit = host.Number("PidsLimit") is var pids && pids < 0 ? 0 : pids,
            OomScoreAdj = host.OptionalNumber("OomScoreAdj") is { } score and not 0 ? (int)score : null,
        };
    }

    /// <summary>Memory and swap together; -1 is no limit, and by default there is as much swap as memory.</summary>
    private static long Swap(JsonObject host, long memory)
    {
        var asked = host.Number("MemorySwap");
        if (asked > 0 && asked < memory)
        {
            throw new DockerException(400, "Minimum memoryswap limit should be larger than memory limit, see usage");
        }

        return asked > 0 && memory == 0
            ? throw new DockerException(400, "You should always set the Memory limit when using Memoryswap limit, see usage")
            : memory > 0 ? asked switch { 0 => memory * 2, var swap => swap } : 0;
    }

    private static long? Swappiness(JsonObject host, CgroupFeatures features, ICollection<string> warnings)
    {
        switch (host.OptionalNumber("MemorySwappiness"))
        {
            case null or -1:
                return null;
            case var wrong when wrong is < 0 or > 100:
                throw new DockerException(400, FormattableString.Invariant($"Invalid value: {wrong}, valid memory swappiness range is 0-100"));
            case var value when features.Swappiness:
                return value;
            default:
                warnings.Add("Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.");
                return null;
        }
    }

    private static bool OomKillDisable(JsonObject host, CgroupFeatures features, ICollection<string> warnings)
    {
        if (!host.Flag("OomKillDisable"))
        {
            return false;
        }

        if (!features.OomKillDisable)
        {
            warnings.Add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
            return false;
        }

        if (host.Number("Memory") == 0)
        {
            warnings.Add("OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
        }

        return true;
    }

    private static long Realtime(JsonObject host, string name, CgroupFeatures features) =>
        host.Number(name) is var value && (value == 0 || features.Realtime) ? value : throw new DockerException(400, "Your kernel does not support CPU real-time scheduler");

    /// <summary><c>c 1:3 rwm</c>, with <c>*</c> for any number.</summary>
    private static DeviceRule Rule(string text) => RulePattern().Match(text) is { Success: true } match
        ? new(match.Groups[1].Value, Part(match.Groups[2].Value), Part(match.Groups[3].Value), match.Groups[4].Value)
        : throw new DockerException(400, $"invalid device cgroup rule format: '{text}'");

    private static long? Part(string text) => text == "*" ? null : long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([acb]) ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) ([rwm]{1,3})$")]
    private static partial Regex RulePattern();
}
