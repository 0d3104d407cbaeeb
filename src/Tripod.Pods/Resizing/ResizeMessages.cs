using System.Text.Json.Nodes;
using k8s.Models;

namespace Tripod.Pods.Resizing;

/// <summary>What events say of a resize: the containers' resources, which generation of the spec it was, and what went wrong, as JSON behind a few words.</summary>
internal static class ResizeMessages
{
    public static string Of(string words, V1PodSpec spec, long generation, string error = "")
    {
        var summary = new JsonObject();
        Add("initContainers", spec.InitContainers);
        Add("containers", spec.Containers);
        summary["generation"] = generation;
        if (error.Length > 0)
        {
            summary["error"] = error;
        }

        return $"{words}: {summary.ToJsonString(Plain)}";

        void Add(string name, IList<V1Container>? containers)
        {
            if (containers is { Count: > 0 })
            {
                summary[name] = new JsonArray([.. containers.Select(container => (JsonNode)new JsonObject { ["name"] = container.Name, ["resources"] = ResourceDocument.Of(container.Resources) })]);
            }
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
