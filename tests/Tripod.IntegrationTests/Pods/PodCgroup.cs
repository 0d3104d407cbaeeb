using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;

namespace Tripod.IntegrationTests.Pods;

/// <summary>A pod's cgroups on a v1 machine, read where the kernel shows them.</summary>
internal sealed class PodCgroup(Engine engine, JsonNode pod)
{
    /// <param name="controller">As its hierarchy is named.</param>
    /// <param name="container">Null: the pod's own cgroup.</param>
    /// <param name="file">In it.</param>
    public string Read(string controller, string? container, string file) => File.ReadAllText(Path.Combine(Folder(controller, container), file)).Trim();

    public string Folder(string controller, string? container)
    {
        var quality = (string)pod["status"]!["qosClass"]!;
        var path = Path.Combine(
            "/sys/fs/cgroup", controller, engine.Name, "kubepods", quality == "Guaranteed" ? "" : quality.ToLowerInvariant(), $"pod{pod["metadata"]!["uid"]}");
        return container is null ? path : Path.Combine(path, ((string)pod.Container(container)!["containerID"]!)["tripod://".Length..]);
    }
}
