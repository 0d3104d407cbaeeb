using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Selectors;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>
/// DELETE of one object or of a selection. A pod with a grace period is marked, and the pod engine removes it when it has
/// ended; a namespace is marked, and emptied by its controller; everything else goes at once, unless finalizers hold it.
/// </summary>
internal sealed class DeleteObject(DoorParts parts)
{
    public async Task Run(ApiCall call)
    {
        var options = await Options(call).ConfigureAwait(false);
        var stored = parts.Store.Get(call.Key) ?? throw ApiException.NotFound(call.Kind.Qualified, call.Name);
        var (left, gone) = Delete(call, stored, options);
        await (gone && call.Kind.Plural != "pods" ? Answer.Success(call, left) : Answer.Object(call, left, parts.Now)).ConfigureAwait(false);
    }

    public async Task RunCollection(ApiCall call)
    {
        var options = await Options(call).ConfigureAwait(false);
        var selector = Selector.Of(call);
        var (all, revision) = parts.Store.List(ResourceKeys.Prefix(call.Kind.Collection, call.Namespace));
        var wanted = all.Where(selector.Takes).ToList();
        foreach (var stored in wanted)
        {
            Delete(call, stored, options);
        }

        await Answer.List(call, wanted, revision, null, parts.Now).ConfigureAwait(false);
    }

    private (StoredObject Left, bool Gone) Delete(ApiCall call, StoredObject stored, JsonObject options)
    {
        var document = (JsonObject)JsonNode.Parse(stored.Document.Span)!;
        CheckPreconditions(call, stored, document, options["preconditions"] as JsonObject);
        var grace = Grace(call, document, options);
        var held = document["metadata"]!["finalizers"] is JsonArray { Count: > 0 };
        var waits = call.Kind.Plural == "namespaces" || held || grace > 0;
        if (call.DryRun)
        {
            return (stored, !waits);
        }

        return waits
            ? (parts.Store.Update(stored.Key, found => Marked(call, found, grace)) ?? stored, false)
            : (parts.Store.Delete(stored.Key) ?? stored, true);
    }

    private JsonObject? Marked(ApiCall call, JsonObject document, long grace)
    {
        var metadata = document["metadata"]!.AsObject();
        if (metadata["deletionTimestamp"] is not null && ((long?)metadata["deletionGracePeriodSeconds"] ?? 0) <= grace)
        {
            return null;
        }

        metadata["deletionTimestamp"] = ObjectMeta.Time(parts.Now.AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (call.Kind.HasGeneration)
        {
            metadata["generation"] = ((long?)metadata["generation"] ?? 1) + 1;
        }

        if (call.Kind.Plural == "namespaces")
        {
            document["status"] = new JsonObject { ["phase"] = "Terminating" };
        }

        return document;
    }

    /// <summary>A pod that no node has taken, or that has ended, has nothing to end gracefully.</summary>
    private static long Grace(ApiCall call, JsonObject document, JsonObject options)
    {
        if (call.Kind.Plural != "pods")
        {
            return 0;
        }

        var asked = (long?)options["gracePeriodSeconds"] ?? (long?)document["spec"]?["terminationGracePeriodSeconds"] ?? 30;
        return asked < 0 ? 1 : (string?)document["spec"]?["nodeName"] is null or "" ? 0 : asked;
    }

    private static void CheckPreconditions(ApiCall call, StoredObject stored, JsonObject document, JsonObject? wanted)
    {
        if ((string?)wanted?["uid"] is { } uid && uid != (string?)document["metadata"]!["uid"])
        {
            throw ApiException.Conflict(call.Kind.Qualified, call.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {document["metadata"]!["uid"]}");
        }

        if ((string?)wanted?["resourceVersion"] is { } version && version != stored.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Conflict(call.Kind.Qualified, call.Name, $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {stored.Revision}");
        }
    }

    private static async Task<JsonObject> Options(ApiCall call)
    {
        var body = await call.Bytes().ConfigureAwait(false);
        var options = body.Length == 0 ? [] : RequestBody.Decode(call.Http.Request.ContentType ?? "", body, SchemaRegistry.DeleteOptions, FieldValidation.Ignore).Object;
        if (call.Seconds("gracePeriodSeconds") is { } grace)
        {
            options["gracePeriodSeconds"] = grace;
        }

        return options;
    }
}
