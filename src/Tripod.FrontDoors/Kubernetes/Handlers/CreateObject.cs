using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>POST to a collection. The router hands it the request; it hands the decoded document to <see cref="CreateStored"/>.</summary>
internal sealed class CreateObject(DoorParts door, CreateStored create)
{
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Kind.Namespaced && request.Namespace is null)
        {
            throw ApiException.MethodNotAllowed();
        }

        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var decoded = RequestBody.Decode(request.ContentType, body, request.Kind.Schema, request.FieldValidation);
        request.Warn(decoded.Warnings);
        var created = create.Run(request, decoded.Object, document => FieldOwnership.Record(request, null, document, door.Now));
        await ObjectAnswer.WriteAsync(request, 201, created, door.Now).ConfigureAwait(false);
    }
}
