using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Admission;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>Takes a decoded document from POST and server-side apply; gives it identity and defaults, validates it, and hands it to the store.</summary>
internal sealed class CreateStored(DoorParts door)
{
    private const int Tries = 8;

    /// <param name="request">Whose path it is for.</param>
    /// <param name="sent">As clients see it; taken over.</param>
    /// <param name="ownership">Writes <c>managedFields</c> into the document as it will be stored.</param>
    /// <exception cref="ApiException">400, 403, 404, 409 or 422.</exception>
    public StoredObject Run(ApiRequest request, JsonObject sent, Action<JsonObject> ownership)
    {
        var generates = sent.Map("metadata").Text("name") is null or "" && request.Path.Name is null;
        for (var tried = 1; ; tried++)
        {
            var document = (JsonObject)sent.DeepClone();
            try
            {
                return Try(request, document, ownership);
            }
            catch (KeyExistsException) when (generates && tried < Tries)
            {
                // The random name was taken: draw another.
            }
            catch (KeyExistsException)
            {
                throw ApiException.AlreadyExists(request.Kind.GroupResource, document.Map("metadata").Text("name") ?? "");
            }
        }
    }

    private StoredObject Try(ApiRequest request, JsonObject shown, Action<JsonObject> ownership)
    {
        var kind = request.Kind;
        ObjectIdentity.Assign(shown, request, door.Now);
        var document = kind.Keep(shown);
        kind.PrepareForCreate(document);
        ObjectDefaults.Apply(document, kind.StoredSchema);
        ownership(document);
        ObjectDefaults.Admit(document, kind.StoredSchema);
        var name = document.Map("metadata").Text("name") ?? "";
        NamespaceCheck.Admit(door.Store, request, name);
        PodCreation.Admit(door, request, document);
        var errors = ObjectValidation.Validate(document, kind.StoredSchema);
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(kind.GroupKind, name, errors);
        }

        Escalation.Check(door.Store, door.Authorizer, request, document);
        ValidatingAdmission.Check(door.Store, request, null, document);
        var key = ResourceKeys.Of(kind.StoreResource, kind.Namespaced ? request.Namespace : null, name);
        if (!request.DryRun)
        {
            return door.Store.Create(key, document);
        }

        return door.Store.Get(key) is null ? new(key, 0, JsonBytes.Of(document).ToArray()) : throw new KeyExistsException(key);
    }
}
