using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Writing;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>DELETE of one object. Hands it to <see cref="DeleteStored"/>; what ends a pod is the pod engine's matter.</summary>
internal sealed class DeleteObject(DoorParts door, DeleteStored delete)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var options = await DeleteOptions.ReadAsync(request).ConfigureAwait(false);
        var (stored, gone) = delete.Run(request.Kind, request.Key, request.Name, options);
        if (gone && request.Kind.Deletion != Deletion.Graceful)
        {
            await StatusAnswer.WriteSuccessAsync(request.Http, 200, About(request, stored)).ConfigureAwait(false);
        }
        else
        {
            await ObjectAnswer.WriteAsync(request, 200, stored, door.Now).ConfigureAwait(false);
        }
    }

    private static JsonObject About(ApiRequest request, StoredObject stored)
    {
        using var document = JsonDocument.Parse(stored.Document);
        var details = new JsonObject { ["name"] = request.Name };
        if (request.Kind.Group.Length > 0)
        {
            details["group"] = request.Kind.Group;
        }

        details["kind"] = request.Kind.Plural;
        details["uid"] = document.RootElement.Text("metadata", "uid");
        return details;
    }
}
