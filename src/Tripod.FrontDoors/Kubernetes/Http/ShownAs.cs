using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>A stored document as a kind shows it: itself, or the same object by the name of another group.</summary>
public static class ShownAs
{
    public static ReadOnlyMemory<byte> Of(ApiKind kind, StoredObject stored) =>
        kind.Group != "events.k8s.io" ? stored.Document : Encoding.UTF8.GetBytes(Regarding((JsonObject)JsonNode.Parse(stored.Document.Span)!).ToJsonString());

    /// <summary>events.k8s.io/v1 has other names for the same fields.</summary>
    private static JsonObject Regarding(JsonObject document)
    {
        document["apiVersion"] = "events.k8s.io/v1";
        Rename(document, "involvedObject", "regarding");
        Rename(document, "message", "note");
        Rename(document, "source", "deprecatedSource");
        Rename(document, "firstTimestamp", "deprecatedFirstTimestamp");
        Rename(document, "lastTimestamp", "deprecatedLastTimestamp");
        Rename(document, "count", "deprecatedCount");
        Rename(document, "reportingComponent", "reportingController");
        return document;
    }

    private static void Rename(JsonObject document, string from, string to)
    {
        if (document.Remove(from, out var value))
        {
            document[to] = value;
        }
    }
}
