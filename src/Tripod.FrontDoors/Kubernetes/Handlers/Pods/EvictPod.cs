using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>POST of a pod's eviction, as <c>kubectl drain</c> sends it: a delete, since there are no budgets to keep.</summary>
internal sealed class EvictPod(DeleteStored delete)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var eviction = RequestBody.Decode(request.ContentType, body, SchemaRegistry.Find("policy/v1", "Eviction")!, FieldValidation.Ignore).Object;
        delete.Run(request.Kind, request.Key, request.Name, DeleteOptions.Of(eviction.Map("deleteOptions") ?? [], request));
        await StatusAnswer.WriteSuccessAsync(request.Http, 201).ConfigureAwait(false);
    }
}
