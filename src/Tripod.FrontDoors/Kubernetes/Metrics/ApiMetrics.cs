using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes.Metrics;

/// <summary>The door's <c>/metrics</c>: requests, stored objects, and the engine's own process, under the names that dashboards for Kubernetes look for.</summary>
internal static class ApiMetrics
{
    public static string Write(DoorParts door, RequestCounts requests)
    {
        var text = new PrometheusText();
        Requests(text, requests);
        text.Metric("apiserver_current_inflight_requests", "gauge", "Requests being answered now").Value("apiserver_current_inflight_requests", requests.Current, ("request_kind", "all"));
        text.Metric("apiserver_longrunning_requests", "gauge", "Watches and streams that are open now").Value("apiserver_longrunning_requests", requests.LongRunning);
        text.Metric("apiserver_storage_objects", "gauge", "Stored objects by resource");
        foreach (var collection in door.Store.Collections.Order(StringComparer.Ordinal))
        {
            text.Value("apiserver_storage_objects", door.Store.List(collection).Objects.Count, ("resource", collection.Split('/')[2]));
        }

        text.Metric("tripod_store_revision", "counter", "Writes that the store has seen").Value("tripod_store_revision", door.Store.Revision);
        text.Metric("tripod_build_info", "gauge", "The engine's version").Value("tripod_build_info", 1, ("version", door.Options.Version));
        OwnProcess(text, door.StartedAt);
        return text.ToString();
    }

    private static void Requests(PrometheusText text, RequestCounts requests)
    {
        var all = requests.All.OrderBy(pair => pair.Of).Select(pair => (pair.Of, Counts: pair.Counter.Read())).ToList();
        text.Metric("apiserver_request_total", "counter", "Requests by verb, resource and status code");
        foreach (var (of, counts) in all)
        {
            text.Value("apiserver_request_total", counts.Total,
                ("verb", of.Verb), ("group", of.Group), ("resource", of.Resource), ("subresource", of.Subresource), ("code", of.Code.ToString(CultureInfo.InvariantCulture)));
        }

        const string Duration = "apiserver_request_duration_seconds";
        text.Metric(Duration, "histogram", "How long requests took, watches and streams apart");
        foreach (var group in all.Where(one => one.Counts.Timed > 0).GroupBy(one => (one.Of.Verb, one.Of.Group, one.Of.Resource, one.Of.Subresource)))
        {
            var (verb, apiGroup, resource, part) = group.Key;
            for (var i = 0; i < RequestCounts.Bounds.Count; i++)
            {
                text.Value($"{Duration}_bucket", group.Sum(one => one.Counts.Buckets[i]),
                    ("verb", verb), ("group", apiGroup), ("resource", resource), ("subresource", part), ("le", RequestCounts.Bounds[i].ToString(CultureInfo.InvariantCulture)));
            }

            text.Value($"{Duration}_bucket", group.Sum(one => one.Counts.Timed), ("verb", verb), ("group", apiGroup), ("resource", resource), ("subresource", part), ("le", "+Inf"));
            text.Value($"{Duration}_sum", group.Sum(one => one.Counts.Seconds), ("verb", verb), ("group", apiGroup), ("resource", resource), ("subresource", part));
            text.Value($"{Duration}_count", group.Sum(one => one.Counts.Timed), ("verb", verb), ("group", apiGroup), ("resource", resource), ("subresource", part));
        }
    }

    private static void OwnProcess(PrometheusText text, DateTimeOffset startedAt)
    {
        text.Metric("process_cpu_seconds_total", "counter", "CPU time of the engine").Value("process_cpu_seconds_total", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Metric("process_resident_memory_bytes", "gauge", "Resident memory of the engine").Value("process_resident_memory_bytes", Environment.WorkingSet);
        text.Metric("process_start_time_seconds", "gauge", "When the engine started, since 1970").Value("process_start_time_seconds", startedAt.ToUnixTimeMilliseconds() / 1000.0);
        text.Metric("process_open_fds", "gauge", "Open file descriptors of the engine").Value("process_open_fds", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        text.Metric("dotnet_gc_heap_bytes", "gauge", "Managed memory of the engine").Value("dotnet_gc_heap_bytes", GC.GetTotalMemory(false));
        text.Metric("dotnet_gc_committed_bytes", "gauge", "Memory that the engine's garbage collector holds").Value("dotnet_gc_committed_bytes", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Metric("dotnet_threadpool_threads", "gauge", "Threads of the engine's pool").Value("dotnet_threadpool_threads", ThreadPool.ThreadCount);
    }
}
