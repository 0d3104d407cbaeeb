using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>A pod's part <c>resize</c>, by which the resources of a pod that runs are changed (KEP-1287, KEP-5419).</summary>
internal static class PodResize
{
    private static readonly string[] Lists = ["containers", "initContainers"], OfContainer = ["resources", "resizePolicy"];

    /// <summary>
    /// Of what is sent nothing counts but the resources of the pod and of its containers. Lists of other containers, or of the
    /// same in another order, are left as they are: validation refuses them.
    /// </summary>
    public static void Limit(JsonObject old, JsonObject changed)
    {
        var sent = (JsonObject)(changed.Map("spec")?.DeepClone() ?? new JsonObject());
        var owners = changed.Map("metadata")?["managedFields"]?.DeepClone();
        changed.Clear();
        foreach (var (name, value) in old)
        {
            changed[name] = value?.DeepClone();
        }

        var spec = changed.MapOrNew("spec");
        Put(spec, "resources", sent["resources"]);
        foreach (var list in Lists)
        {
            if (!Names(spec, list).SequenceEqual(Names(sent, list)))
            {
                Put(spec, list, sent[list]);
                continue;
            }

            foreach (var (container, wanted) in spec.Maps(list).Zip(sent.Maps(list)))
            {
                foreach (var field in OfContainer)
                {
                    Put(container, field, wanted[field]);
                }
            }
        }

        Put(changed.MapOrNew("metadata"), "managedFields", owners);
    }

    private static IEnumerable<string?> Names(JsonObject spec, string list) => spec.Maps(list).Select(container => container.Text("name"));

    private static void Put(JsonObject map, string name, JsonNode? value)
    {
        map.Remove(name);
        if (value is not null)
        {
            map[name] = value.DeepClone();
        }
    }
}
