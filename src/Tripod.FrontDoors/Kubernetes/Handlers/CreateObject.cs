using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>POST: decode, default, validate, store. The router hands it requests; whoever watches the store goes on.</summary>
internal sealed class CreateObject(DoorParts parts)
{
    public async Task Run(ApiCall call)
    {
        var document = await call.Body().ConfigureAwait(false);
        await Answer.Object(call, Create(call, document), parts.Now, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public StoredObject Create(ApiCall call, JsonObject document)
    {
        ObjectMeta.ForCreate(call, document, parts.Now);
        if (call.Kind.HasGeneration)
        {
            document["status"] = new JsonObject { ["phase"] = "Pending" };
        }

        ObjectDefaults.Apply(document, call.Kind.Schema);
        if (call.Kind.Plural == "pods")
        {
            document["status"]!["qosClass"] ??= Tripod.Pods.Status.QosClass.Of(new PodView(new StoredObject("", 0, System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()))).Spec);
        }

        var name = (string?)document["metadata"]!["name"] ?? "";
        var errors = call.Kind.Validate(document);
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(call.Kind.Kind, name, errors);
        }

        if (call.Namespace is { } ns)
        {
            CheckNamespace(call, ns, name);
        }

        var key = ResourceKeys.Of(call.Kind.Collection, call.Namespace, name);
        if (call.DryRun)
        {
            return parts.Store.Get(key) is null
                ? new StoredObject(key, 0, System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()))
                : throw ApiException.AlreadyExists(call.Kind.Qualified, name);
        }

        try
        {
            return parts.Store.Create(key, document);
        }
        catch (KeyExistsException)
        {
            throw ApiException.AlreadyExists(call.Kind.Qualified, name);
        }
    }

    private void CheckNamespace(ApiCall call, string ns, string name)
    {
        var stored = parts.Store.Get(ResourceKeys.Of("namespaces", null, ns)) ?? throw ApiException.NotFound("namespaces", ns);
        if (JsonNode.Parse(stored.Document.Span)!["metadata"]!["deletionTimestamp"] is not null)
        {
            throw ApiException.Forbidden(call.Kind.Qualified, name, $"unable to create new content in namespace {ns} because it is being terminated");
        }
    }
}
