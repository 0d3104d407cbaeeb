using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.Pods.Status;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>The quality of service of a pod that is but a document, with its defaults filled in. Pure.</summary>
internal static class PodQuality
{
    private static readonly string[] Parts = ["requests", "limits"];

    public static string Of(JsonObject pod)
    {
        var spec = new JsonObject();
        Add(spec, "resources", Clean(pod.Map("spec").Map("resources")));
        foreach (var list in (string[])["containers", "initContainers"])
        {
            spec[list] = new JsonArray([.. (pod.Map("spec") ?? []).Maps(list).Select(container =>
            {
                var part = new JsonObject { ["name"] = container.Text("name") };
                Add(part, "resources", Clean(container.Map("resources")));
                return (JsonNode)part;
            })]);
        }

        return QosClass.Of(Pods.Views.Parse<k8s.Models.V1Pod>(JsonBytes.Of(new JsonObject { ["spec"] = spec })).Spec);
    }

    private static void Add(JsonObject map, string name, JsonObject? value)
    {
        if (value is not null)
        {
            map[name] = value;
        }
    }

    /// <summary>Malformed amounts are found by validation; here they count as none.</summary>
    private static JsonObject? Clean(JsonObject? resources)
    {
        if (resources is null)
        {
            return null;
        }

        var clean = new JsonObject();
        foreach (var part in Parts)
        {
            clean[part] = new JsonObject((resources.Map(part) ?? [])
                .Where(amount => Quantity.TryParse(amount.Value?.ToString() ?? "", out _))
                .Select(amount => KeyValuePair.Create(amount.Key, (JsonNode?)amount.Value!.ToString())));
        }

        return clean;
    }
}
