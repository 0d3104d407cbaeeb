using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Writing;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>
/// PUT of an object, its status, or a namespace's finalizers. Hands the decoded document to <see cref="UpdateStored"/>, or
/// to <see cref="CreateStored"/> where there is none of a kind that may be made like that.
/// </summary>
internal sealed class UpdateObject(DoorParts door, CreateStored create, UpdateStored update)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var decoded = RequestBody.Decode(request.ContentType, body, request.Kind.Schema, request.FieldValidation);
        request.Warn(decoded.Warnings);
        var (stored, created) = Run(request, decoded.Object);
        await ObjectAnswer.WriteAsync(request, created ? 201 : 200, stored, door.Now).ConfigureAwait(false);
    }

    private (StoredObject Stored, bool Created) Run(ApiRequest request, JsonObject sent)
    {
        if (MayCreate(request, sent))
        {
            door.Authorizer.Check(RequestAccess.Of(request.Http, request.Path, request.User) with { Verb = "create" });
            try
            {
                return (create.Run(request, sent, document => FieldOwnership.Record(request, null, document, door.Now)), true);
            }
            catch (ApiException taken) when (taken.Reason == "AlreadyExists" && !request.DryRun)
            {
                // Another made it meanwhile: this is an update of it.
            }
        }

        var updated = update.Run(request, _ => (JsonObject)sent.DeepClone(), (old, changed) => FieldOwnership.Record(request, old, changed, door.Now));
        return (updated, false);
    }

    // Who names a revision has read the object: to them it is not to be made, but gone.
    private bool MayCreate(ApiRequest request, JsonObject sent) =>
        request.Kind.CreatesOnUpdate && request.Path.Subresource is null
        && ObjectIdentity.IsAnyRevision(sent.Map("metadata").Text("resourceVersion") ?? "")
        && door.Store.Get(request.Key) is null;
}
