using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>PUT of an object, its status, or a namespace's finalizers. Hands the decoded document to <see cref="UpdateStored"/>.</summary>
internal sealed class UpdateObject(DoorParts door, UpdateStored update)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var decoded = RequestBody.Decode(request.ContentType, body, request.Kind.Schema, request.FieldValidation);
        request.Warn(decoded.Warnings);
        var updated = update.Run(
            request,
            _ => (JsonObject)decoded.Object.DeepClone(),
            (old, changed) => FieldOwnership.Record(request, old, changed, door.Now));
        await ObjectAnswer.WriteAsync(request, 200, updated, door.Now).ConfigureAwait(false);
    }
}
