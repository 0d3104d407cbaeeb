using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Cgroups;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker stats</c>: what the container's cgroup and its interfaces count, once or every second.</summary>
internal sealed class ContainerStats(DockerParts parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var stream = request.Query("stream").Length == 0 || request.Flag("stream");
        request.Http.Response.ContentType = "application/json";
        var before = request.Flag("one-shot") ? new JsonObject() : Sample(known);
        if (!stream && !request.Flag("one-shot"))
        {
            // The second sample is what makes a share of the CPU of it.
            await Task.Delay(Interval, parts.Clock, request.Cancel).ConfigureAwait(false);
        }

        using var timer = new PeriodicTimer(Interval, parts.Clock);
        do
        {
            known = parts.Containers.Find(known.Id) ?? known;
            var now = Sample(known);
            now["precpu_stats"] = before["cpu_stats"]?.DeepClone() ?? new JsonObject { ["cpu_usage"] = new JsonObject { ["total_usage"] = 0 }, ["throttling_data"] = new JsonObject() };
            now["preread"] = before["read"]?.DeepClone() ?? DockerTime.Never;
            await request.Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(now.ToJsonString() + "\n"), request.Cancel).ConfigureAwait(false);
            await request.Http.Response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
            before = now;
        }
        while (stream && await timer.WaitForNextTickAsync(request.Cancel).ConfigureAwait(false));
    }

    private JsonObject Sample(KnownContainer known)
    {
        var usage = known.IsRunning ? parts.Runtime.ContainerUsage(known.Id) : null;
        var json = new JsonObject
        {
            ["id"] = known.Id,
            ["name"] = $"/{known.Name}",
            ["read"] = DockerTime.Text(parts.Clock.GetUtcNow()),
            ["num_procs"] = 0,
            ["storage_stats"] = new JsonObject(),
            ["pids_stats"] = new JsonObject(),
            ["cpu_stats"] = new JsonObject { ["cpu_usage"] = new JsonObject { ["total_usage"] = 0 }, ["throttling_data"] = new JsonObject() },
            ["memory_stats"] = new JsonObject(),
            ["blkio_stats"] = new JsonObject(),
        };
        if (usage is not null)
        {
            json["pids_stats"] = new JsonObject { ["current"] = usage.Processes };
            json["cpu_stats"] = Cpu(usage);
            json["memory_stats"] = new JsonObject
            {
                ["usage"] = usage.Memory,
                ["limit"] = usage.MemoryLimit > 0 ? usage.MemoryLimit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
                ["stats"] = Numbers(usage.MemoryParts),
            };
            json["blkio_stats"] = new JsonObject
            {
                ["io_service_bytes_recursive"] = new JsonArray(
                    new JsonObject { ["major"] = 0, ["minor"] = 0, ["op"] = "read", ["value"] = usage.ReadBytes },
                    new JsonObject { ["major"] = 0, ["minor"] = 0, ["op"] = "write", ["value"] = usage.WrittenBytes }),
            };
            json["networks"] = Networks(known.Status.Pid);
        }

        return json;
    }

    private static JsonObject Cpu(CgroupUsage usage) => new()
    {
        ["cpu_usage"] = new JsonObject { ["total_usage"] = usage.CpuTotal, ["usage_in_kernelmode"] = usage.CpuSystem, ["usage_in_usermode"] = usage.CpuUser },
        ["system_cpu_usage"] = SystemTime(),
        ["online_cpus"] = Environment.ProcessorCount,
        ["throttling_data"] = new JsonObject { ["periods"] = usage.Periods, ["throttled_periods"] = usage.ThrottledPeriods, ["throttled_time"] = usage.ThrottledTime },
    };

    /// <summary>All CPUs' time since boot in nanoseconds, idle included (proc(5), /proc/stat; a tick is 10 ms).</summary>
    private static long SystemTime() =>
        File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) * 10_000_000;

    /// <summary>By interface, of the process's network namespace (proc(5), /proc/PID/net/dev).</summary>
    private static JsonObject Networks(int pid)
    {
        var json = new JsonObject();
        try
        {
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/dev")).Skip(2))
            {
                var parts = line.Split(':', 2);
                var numbers = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (parts[0].Trim() is var name && name != "lo")
                {
                    json[name] = new JsonObject
                    {
                        ["rx_bytes"] = Number(numbers[0]),
                        ["rx_packets"] = Number(numbers[1]),
                        ["rx_errors"] = Number(numbers[2]),
                        ["rx_dropped"] = Number(numbers[3]),
                        ["tx_bytes"] = Number(numbers[8]),
                        ["tx_packets"] = Number(numbers[9]),
                        ["tx_errors"] = Number(numbers[10]),
                        ["tx_dropped"] = Number(numbers[11]),
                    };
                }
            }
        }
        catch (IOException)
        {
            // It has ended meanwhile.
        }

        return json;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static JsonObject Numbers(IReadOnlyDictionary<string, long> numbers)
    {
        var json = new JsonObject();
        foreach (var (key, value) in numbers)
        {
            json[key] = value;
        }

        return json;
    }
}
