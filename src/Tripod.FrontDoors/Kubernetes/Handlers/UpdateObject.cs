using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>PUT, and the last part of PATCH: the new object against the stored one, whole or by its status alone.</summary>
internal sealed class UpdateObject(DoorParts parts)
{
    public async Task Run(ApiCall call)
    {
        var updated = await call.Body().ConfigureAwait(false);
        var stored = parts.Store.Get(call.Key) ?? throw ApiException.NotFound(call.Kind.Qualified, call.Name);
        await Answer.Object(call, Apply(call, stored, updated), parts.Now).ConfigureAwait(false);
    }

    /// <param name="call">Its subresource says which part may change.</param>
    /// <param name="stored">What the update was made against.</param>
    /// <param name="updated">A document of the kind's schema.</param>
    public StoredObject Apply(ApiCall call, StoredObject stored, JsonObject updated)
    {
        var old = (JsonObject)JsonNode.Parse(stored.Document.Span)!;
        if ((string?)updated["metadata"]?["resourceVersion"] is { Length: > 0 } version && version != stored.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Conflict(call.Kind.Qualified, call.Name);
        }

        var document = call.Path.Subresource == "status" ? WithStatus(old, updated) : WithSpec(call, old, updated);
        if (call.DryRun)
        {
            return new StoredObject(stored.Key, stored.Revision, System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()));
        }

        if (IsSame(old, document))
        {
            return stored;
        }

        try
        {
            return IsFinished(document) ? parts.Store.Delete(stored.Key, stored.Revision)! : parts.Store.Update(stored.Key, stored.Revision, document);
        }
        catch (RevisionConflictException)
        {
            throw ApiException.Conflict(call.Kind.Qualified, call.Name);
        }
        catch (KeyNotFoundInStoreException)
        {
            throw ApiException.NotFound(call.Kind.Qualified, call.Name);
        }
    }

    private static JsonObject WithStatus(JsonObject old, JsonObject updated)
    {
        var document = (JsonObject)old.DeepClone();
        document["status"] = updated["status"]?.DeepClone();
        return document;
    }

    private static JsonObject WithSpec(ApiCall call, JsonObject old, JsonObject updated)
    {
        var document = (JsonObject)updated.DeepClone();
        ObjectDefaults.Apply(document, call.Kind.Schema);
        if (call.Kind.Subresources.Contains("status"))
        {
            document.Remove("status");
            if (old["status"] is { } status)
            {
                document["status"] = status.DeepClone();
            }
        }

        if (call.Kind.Plural == "pods" && (string?)old["spec"]?["nodeName"] is { Length: > 0 } node)
        {
            document["spec"]!["nodeName"] ??= node;
        }

        ObjectMeta.ForUpdate(call, old, document);
        var errors = call.Kind.ValidateUpdate(old, document);
        return errors.Count == 0 ? document : throw ApiException.Invalid(call.Kind.Kind, call.Name, errors);
    }

    private static bool IsSame(JsonObject old, JsonObject document)
    {
        document["metadata"]!["resourceVersion"] = old["metadata"]!["resourceVersion"]?.DeepClone();
        return JsonNode.DeepEquals(old, document);
    }

    /// <summary>The last finalizer went from an object that was only waiting for that.</summary>
    private static bool IsFinished(JsonObject document) =>
        document["metadata"]!["deletionTimestamp"] is not null
        && document["metadata"]!["finalizers"] is not JsonArray { Count: > 0 }
        && ((long?)document["metadata"]!["deletionGracePeriodSeconds"] ?? 0) == 0
        && (string?)document["kind"] is not ("Pod" or "Namespace");
}
