using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Listing;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>GET of one object, or of its status, which is the same document.</summary>
internal sealed class GetObject(DoorParts door)
{
    public Task HandleAsync(ApiRequest request)
    {
        if (request.Query("resourceVersion") is { Length: > 0 } asked)
        {
            ListParameters.CheckNotAhead(ListParameters.ParseRevision(asked), door.Store.Revision);
        }

        var stored = door.Store.Get(request.Key) ?? throw ApiException.NotFound(request.Kind.GroupResource, request.Name);
        return ObjectAnswer.WriteAsync(request, 200, stored, door.Now);
    }
}
