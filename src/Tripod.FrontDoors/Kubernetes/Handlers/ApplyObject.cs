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
        var manager = request.NamedManager ?? throw ApiException.InvalidOption("PatchOptions", FieldError.Required("fieldManager", "is required for apply patch"));

        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var decoded = RequestBody.Decode(request.ContentType, body, request.Kind.Schema, request.FieldValidation);
        request.Warn(decoded.Warnings);
        var uid = decoded.Object.Map("metadata").Text("uid");
        var (stored, created) = Run(request, uid, live => ServerSideApply.Apply(
            live, decoded.Object, request.Kind.Schema, manager, request.Flag("force"), door.Now, request.Path.Subresource ?? ""));
        await ObjectAnswer.WriteAsync(request, created ? 201 : 200, stored, door.Now).ConfigureAwait(false);
    }

    private (StoredObject Stored, bool Created) Run(ApiRequest request, string? uid, Func<JsonObject?, JsonObject> apply)
    {
        while (true)
        {
            if (door.Store.Get(request.Key) is null && request.Path.Subresource is null)
            {
                if (uid is { Length: > 0 })
                {
                    throw ApiException.Conflict(request.Kind.GroupResource, request.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
                }

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
