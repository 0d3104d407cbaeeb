using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Listing;
using Tripod.FrontDoors.Kubernetes.Writing;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>DELETE of a collection: each selected object by itself, through <see cref="DeleteStored"/>. Answers with what was deleted.</summary>
internal sealed class DeleteCollection(DoorParts door, DeleteStored delete)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var options = await DeleteOptions.ReadAsync(request).ConfigureAwait(false);
        var parameters = ListParameters.Parse(request, isWatch: false);
        var (objects, revision) = door.Store.List(request.Prefix);
        var chosen = ListPage.Of(objects, revision, request.Selection, parameters.Limit, startKey: null).Objects;
        var deleted = new List<StoredObject>();
        foreach (var stored in chosen)
        {
            request.Cancel.ThrowIfCancellationRequested();
            try
            {
                deleted.Add(delete.Run(request.Kind, stored.Key, stored.Key.Split('/')[^1], options).Object);
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                // It went by itself meanwhile, which is what was asked for.
            }
        }

        var page = new ListPage(deleted, Math.Max(revision, door.Store.Revision), null, null);
        await ListObjects.AnswerAsync(request, page, door.Now).ConfigureAwait(false);
    }
}
