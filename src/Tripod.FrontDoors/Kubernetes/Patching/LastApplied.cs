using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>
/// The annotation in which kubectl's client-side apply keeps what it applied. When kubectl goes over to server-side apply
/// it says what it already owns, although the book names another manager; and it is kept up to date for the way back.
/// </summary>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration", Manager = "kubectl";

    /// <summary>The fields that kubectl may take without force: those it applied that still are as it applied them.</summary>
    /// <returns>Empty for other managers, and where nothing was applied.</returns>
    public static FieldSet Fields(JsonObject live, KindSchema schema, string manager)
    {
        if (manager != Manager || Read(live) is not { } applied || applied.Text("apiVersion") != schema.ApiVersion)
        {
            return new();
        }

        try
        {
            var comparison = FieldComparison.Of(applied, live, schema.Type);
            return AppliedFields.Of(applied, schema.Type).Except(comparison.Changed).Except(comparison.Removed);
        }
        catch (ApiException)
        {
            // Anyone may write annotations; from one that cannot be understood nothing follows.
            return new();
        }
    }

    /// <summary>Writes what is applied now, where something was written before.</summary>
    public static void Update(JsonObject? live, JsonObject merged, JsonObject config, string manager)
    {
        if (manager != Manager || live.Map("metadata").Map("annotations").Text(Annotation) is null || merged.Map("metadata").Map("annotations") is not { } annotations)
        {
            return;
        }

        var applied = (JsonObject)config.DeepClone();
        applied.Map("metadata").Map("annotations")?.Remove(Annotation);
        annotations[Annotation] = $"{applied.ToJsonString()}\n";
    }

    private static JsonObject? Read(JsonObject live)
    {
        if (live.Map("metadata").Map("annotations").Text(Annotation) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
