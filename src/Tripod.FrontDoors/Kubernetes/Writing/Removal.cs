using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>Decides what a delete does to a document; pure.</summary>
internal static class Removal
{
    private const long DefaultGrace = 30;

    /// <summary>An object that is being deleted goes when nothing holds it any more.</summary>
    public static bool IsDue(JsonObject document)
    {
        var metadata = document.Map("metadata");
        return metadata.Text("deletionTimestamp") is not null
            && !HasFinalizers(metadata)
            && !HasSpecFinalizers(document)
            && (metadata.Number("deletionGracePeriodSeconds") ?? 0) == 0;
    }

    /// <returns>The document marked as being deleted; null when it is to be removed at once.</returns>
    public static JsonObject? Mark(JsonObject document, ServedKind kind, long? askedGrace, DateTimeOffset now)
    {
        var metadata = document.MapOrNew("metadata");
        var grace = kind.Deletion == Deletion.Graceful ? Grace(document, askedGrace) : 0;
        if (grace == 0 && kind.Deletion != Deletion.ByController && !HasFinalizers(metadata))
        {
            return null;
        }

        if (kind.Deletion == Deletion.ByController)
        {
            document.MapOrNew("status")["phase"] = "Terminating";
        }

        if (metadata.Text("deletionTimestamp") is null || (metadata.Number("deletionGracePeriodSeconds") ?? 0) > grace)
        {
            var begun = Begun(metadata, now);
            metadata["deletionTimestamp"] = Timestamps.Of(begun.AddSeconds(grace));
            if (kind.Deletion != Deletion.ByController)
            {
                metadata["deletionGracePeriodSeconds"] = Bodies.JsonText.Number(grace);
            }

            if (metadata.Number("generation") is { } generation)
            {
                metadata["generation"] = Bodies.JsonText.Number(generation + 1);
            }
        }

        return document;
    }

    /// <summary>A pod that nobody runs, or whose containers have all ended, needs no time.</summary>
    private static long Grace(JsonObject pod, long? asked)
    {
        var wanted = asked ?? pod.Map("spec").Number("terminationGracePeriodSeconds") ?? DefaultGrace;
        if (wanted < 0)
        {
            wanted = 1;
        }

        var runs = pod.Map("spec").Text("nodeName") is { Length: > 0 } && pod.Map("status").Text("phase") is not ("Succeeded" or "Failed");
        var already = pod.Map("metadata").Text("deletionTimestamp") is null ? null : pod.Map("metadata").Number("deletionGracePeriodSeconds");
        return !runs ? 0 : already is { } given ? Math.Min(wanted, given) : wanted;
    }

    // A shorter grace counts from now, and cannot end later than the one before it.
    private static DateTimeOffset Begun(JsonObject metadata, DateTimeOffset now) =>
        DateTimeOffset.TryParse(metadata.Text("deletionTimestamp"), out var end)
        && end.AddSeconds(-(metadata.Number("deletionGracePeriodSeconds") ?? 0)) is var begun && begun < now
            ? begun
            : now;

    private static bool HasFinalizers(JsonObject? metadata) => metadata.List("finalizers") is { Count: > 0 };

    private static bool HasSpecFinalizers(JsonObject document) =>
        document.Text("kind") == "Namespace" && document.Map("spec").List("finalizers") is { Count: > 0 };
}
