using Tripod.FrontDoors.Kubernetes.Authorization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Patching;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.FrontDoors.Kubernetes.Writing;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>PATCH by server-side apply, which makes the object where there is none. Hands what comes of it to <see cref="CreateStored"/> or <see cref="UpdateStored"/>.</summary>
internal sealed class ApplyObject(DoorParts door, CreateStored create, UpdateStored update)
{
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Query("fieldManager") is not { Length: > 0 } manager)
        {
            throw ApiException.Invalid("PatchOptions.meta.k8s.io", "", [FieldError.Required("fieldManager", "is required for apply patch")]);
        }

        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var decoded = RequestBody.Decode(request.ContentType, body, request.Kind.Schema, request.FieldValidation);
        request.Warn(decoded.Warnings);
        var (stored, created) = Run(request, live => ServerSideApply.Apply(
            live, decoded.Object, request.Kind.Schema, manager, request.Flag("force"), door.Now, request.Path.Subresource ?? ""));
        await ObjectAnswer.WriteAsync(request, created ? 201 : 200, stored, door.Now).ConfigureAwait(false);
    }

    private (StoredObject Stored, bool Created) Run(ApiRequest request, Func<JsonObject?, JsonObject> apply)
    {
        while (true)
        {
            if (door.Store.Get(request.Key) is null && request.Path.Subresource is null)
            {
                door.Authorizer.Check(RequestAccess.Of(request.Http, request.Path, request.User) with { Verb = "create" });
                try
                {
                    return (create.Run(request, apply(null), _ => { }), true);
                }
                catch (ApiException taken) when (taken.Reason == "AlreadyExists" && !request.DryRun)
                {
                    // Another made it meanwhile: apply to what is there now.
                }
            }

            return (update.Run(request, apply, (_, _) => { }), false);
        }
    }
}
