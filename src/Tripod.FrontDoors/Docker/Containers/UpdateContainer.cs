using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Requests;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker update</c>: limits, at once where it runs, and the restart policy.</summary>
internal sealed class UpdateContainer(DockerParts parts)
{
    private static readonly string[] Limits = ["CpuShares", "Memory", "NanoCpus", "CpuPeriod", "CpuQuota", "CpusetCpus", "CpusetMems", "MemorySwap", "MemoryReservation", "PidsLimit", "BlkioWeight", "CpuRealtimePeriod", "CpuRealtimeRuntime"];

    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        if (known.Standalone is not { } own)
        {
            throw new DockerException(409, $"container {known.Name} is a pod's: its limits come from its pod");
        }

        var made = JsonNode.Parse(own.Request, new() { PropertyNameCaseInsensitive = true })!.AsObject();
        var host = (made["Config"]?["HostConfig"] as JsonObject)!;
        foreach (var name in Limits.Where(name => body[name] is { } value && value.ToJsonString() is not ("0" or "\"\"" or "null")))
        {
            host[name] = body[name]!.DeepClone();
        }

        if (body.Object("RestartPolicy").Text("Name").Length > 0)
        {
            host["RestartPolicy"] = body["RestartPolicy"]!.DeepClone();
            if (own.AutoRemove)
            {
                throw new DockerException(409, "Restart policy cannot be updated because AutoRemove is enabled for the container");
            }
        }

        var warnings = new List<string>();
        var policy = RestartPolicies.Of(host);
        var resources = Resources.Of(host, parts.Cgroups, warnings);
        if (resources != known.Status.Config.Resources)
        {
            await parts.Runtime.UpdateContainerResources(known.Id, resources, request.Cancel).ConfigureAwait(false);
        }

        parts.Standalone.SetRestartPolicy(known.Id, policy);
        parts.Standalone.SetRequest(known.Id, made.ToJsonString());
        parts.Events.Container(known.Id, "update");
        await request.AnswerAsync(new JsonObject { ["Warnings"] = warnings.ToJson() }).ConfigureAwait(false);
    }
}
