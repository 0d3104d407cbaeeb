using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Admission;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Patching;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>
/// Takes a change from PUT, PATCH and server-side apply, and carries it out on the newest document: as often as others
/// write in between, unless the change itself names the revision it is for.
/// </summary>
internal sealed class UpdateStored(DoorParts door)
{
    /// <param name="request">Whose path names the object.</param>
    /// <param name="change">From the stored document, as clients see it, to the wanted one; may be called again.</param>
    /// <param name="ownership">Writes <c>managedFields</c>, given the stored document and the one that will be.</param>
    /// <exception cref="ApiException">400, 404, 409 or 422.</exception>
    public StoredObject Run(ApiRequest request, Func<JsonObject, JsonObject> change, Action<JsonObject, JsonObject> ownership)
    {
        while (true)
        {
            var stored = door.Store.Get(request.Key) ?? throw ApiException.NotFound(request.Kind.GroupResource, request.Name);
            try
            {
                return Try(request, stored, change, ownership);
            }
            catch (RevisionConflictException)
            {
                // Someone wrote in between: the change is made again, on what is there now.
            }
            catch (KeyNotFoundInStoreException)
            {
                throw ApiException.NotFound(request.Kind.GroupResource, request.Name);
            }
        }
    }

    private StoredObject Try(ApiRequest request, StoredObject stored, Func<JsonObject, JsonObject> change, Action<JsonObject, JsonObject> ownership)
    {
        var kind = request.Kind;
        var old = JsonBytes.Parse(stored.Document);
        var shown = change(kind.Show((JsonObject)old.DeepClone()));
        CheckPreconditions(request, stored, old, shown);
        var changed = kind.Keep(shown);
        ObjectIdentity.Keep(old, changed);
        if (changed.Map("metadata")?["managedFields"] is null)
        {
            Copy(old.MapOrNew("metadata"), changed.MapOrNew("metadata"), "managedFields");
        }

        Limit(request, old, changed);
        ObjectDefaults.Apply(changed, kind.StoredSchema);
        ObjectDefaults.Admit(changed, kind.StoredSchema);
        if (kind.HasGeneration && !JsonNode.DeepEquals(old["spec"], changed["spec"]))
        {
            changed["metadata"]!["generation"] = Bodies.JsonText.Number((old.Map("metadata").Number("generation") ?? 0) + 1);
        }

        var errors = kind.RulesOf(request.Path.Subresource) is { } rules
            ? rules.Validate(old, changed)
            : ObjectValidation.ValidateUpdate(old, changed, kind.StoredSchema);
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(kind.GroupKind, request.Name, errors);
        }

        Escalation.Check(door.Store, door.Authorizer, request, changed);
        ManagedFields.KeepTimes(old, changed);
        if (JsonNode.DeepEquals(old, changed))
        {
            return stored;
        }

        ValidatingAdmission.Check(door.Store, request, old, changed);
        ownership(old, changed);

        if (request.DryRun)
        {
            return new(stored.Key, stored.Revision, JsonBytes.Of(changed).ToArray());
        }

        return Removal.IsDue(changed)
            ? door.Store.Delete(stored.Key, stored.Revision) ?? throw ApiException.NotFound(kind.GroupResource, request.Name)
            : door.Store.Update(stored.Key, stored.Revision, changed);
    }

    private static void CheckPreconditions(ApiRequest request, StoredObject stored, JsonObject old, JsonObject shown)
    {
        var metadata = shown.MapOrNew("metadata");
        ObjectIdentity.CheckPath(metadata, request);
        var uid = old.Map("metadata").Text("uid");
        if (metadata.Text("uid") is { Length: > 0 } wanted && wanted != uid)
        {
            throw ApiException.Conflict(request.Kind.GroupResource, request.Name, $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}");
        }

        if (metadata.Text("resourceVersion") is { } revision && !ObjectIdentity.IsAnyRevision(revision) && revision != stored.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Conflict(request.Kind.GroupResource, request.Name);
        }
    }

    // A write to the status changes nothing else, and one to the object changes all but the status.
    private static void Limit(ApiRequest request, JsonObject old, JsonObject changed)
    {
        if (request.Kind.RulesOf(request.Path.Subresource) is { } rules)
        {
            rules.Limit(old, changed);
        }
        else if (request.Path.Subresource == "finalize")
        {
            Copy(old, changed, "status");
        }
        else if (request.IsStatus)
        {
            Copy(old, changed, "spec");
            Copy(old.MapOrNew("metadata"), changed.MapOrNew("metadata"), "ownerReferences");
        }
        else
        {
            if (request.Kind.HasStatus)
            {
                Copy(old, changed, "status");
            }

            request.Kind.PrepareForUpdate(old, changed);
        }
    }

    private static void Copy(JsonObject from, JsonObject to, string field)
    {
        if (from[field] is { } value)
        {
            to[field] = value.DeepClone();
        }
        else
        {
            to.Remove(field);
        }
    }
}
