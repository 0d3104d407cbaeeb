using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>New objects go only into a namespace that is there and stays.</summary>
internal static class NamespaceCheck
{
    /// <exception cref="ApiException">403 or 404.</exception>
    public static void Admit(ObjectStore store, ApiRequest request, string name)
    {
        if (!request.Kind.Namespaced || request.Namespace is not { } space)
        {
            return;
        }

        var stored = store.Get(ResourceKeys.Of("namespaces", null, space)) ?? throw ApiException.NotFound("namespaces", space);
        using var document = JsonDocument.Parse(stored.Document);
        if (!document.RootElement.Has("metadata", "deletionTimestamp"))
        {
            return;
        }

        var why = $"unable to create new content in namespace {space} because it is being terminated";
        var refusal = ApiException.Forbidden(request.Kind.GroupResource, name, why);
        throw new ApiException(refusal.Code, refusal.Reason, refusal.Message, new JsonObject
        {
            ["name"] = name,
            ["kind"] = request.Kind.Plural,
            ["causes"] = new JsonArray(new JsonObject
            {
                ["reason"] = "NamespaceTerminating",
                ["message"] = $"namespace {space} is being terminated",
                ["field"] = "metadata.namespace",
            }),
        });
    }
}
