using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>What the scheduler wrote into a pod stays when a client replaces the pod by a manifest that cannot know it.</summary>
public static class PodBinding
{
    /// <param name="old">As stored.</param>
    /// <param name="changed">Filled in where it is silent.</param>
    public static void Keep(JsonObject old, JsonObject changed)
    {
        if (old.Map("spec").Text("nodeName") is { Length: > 0 } node)
        {
            changed.MapOrNew("spec").Default("nodeName", node);
        }
    }
}
