using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>POST of a pod's binding: what a scheduler of someone's own does.</summary>
internal sealed class BindPod(DoorParts door)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var binding = RequestBody.Decode(request.ContentType, body, SchemaRegistry.Find("v1", "Binding")!, request.FieldValidation).Object;
        var node = binding.Map("target").Text("name") is { Length: > 0 } name ? name
            : throw ApiException.BadRequest("a binding must name its node in target.name");
        if (!request.DryRun)
        {
            var bound = door.Store.Update(request.Key, pod =>
            {
                if (pod.Map("spec").Text("nodeName") is { Length: > 0 } there)
                {
                    throw ApiException.Conflict("pods/binding", request.Name, $"pod {request.Name} is already assigned to node \"{there}\"");
                }

                pod.MapOrNew("spec")["nodeName"] = node;
                return pod;
            });
            if (bound is null)
            {
                throw ApiException.NotFound("pods", request.Name);
            }
        }

        await StatusAnswer.WriteSuccessAsync(request.Http, 201).ConfigureAwait(false);
    }
}
