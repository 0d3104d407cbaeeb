using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>A namespace's own label, its finalizer and its first phase.</summary>
public static class NamespaceDefaults
{
    public static void Apply(JsonObject value)
    {
        var metadata = value.MapOrNew("metadata");
        if (metadata.Text("name") is { Length: > 0 } name)
        {
            metadata.MapOrNew("labels")["kubernetes.io/metadata.name"] = name;
        }
        var spec = value.MapOrNew("spec");
        // A namespace on its way out has lost its finalizer for good.
        if (spec.List("finalizers") is null && metadata.Text("deletionTimestamp") is null)
        {
            spec["finalizers"] = new JsonArray("kubernetes");
        }
        value.MapOrNew("status").Default("phase", "Active");
    }
}
