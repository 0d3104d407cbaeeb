using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Patching;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>PATCH in each of its forms: the patch is applied to the stored object, and what comes out is an update. Another's write in between means once more.</summary>
internal sealed class PatchObject(DoorParts parts, UpdateObject update)
{
    private const int Attempts = 5;

    public async Task Run(ApiCall call)
    {
        var type = RequestBody.MediaType(call.Http.Request.ContentType ?? "");
        var patch = JsonNode.Parse((await call.Bytes().ConfigureAwait(false)).Span) ?? throw ApiException.BadRequest("the patch is empty");
        for (var attempt = 1; ; attempt++)
        {
            if (parts.Store.Get(call.Key) is not { } stored)
            {
                throw ApiException.NotFound(call.Kind.Qualified, call.Name);
            }

            var old = (JsonObject)JsonNode.Parse(stored.Document.Span)!;
            var patched = RequestBody.Check(Patched(type, old, patch, call), call.Kind.Schema, call.Validation);
            try
            {
                var after = update.Apply(call, stored, patched.Object);
                call.Warn(patched.Warnings);
                await Answer.Object(call, after, parts.Now).ConfigureAwait(false);
                return;
            }
            catch (ApiException conflict) when (conflict.Code == 409 && attempt < Attempts && (patch is not JsonObject || patch["metadata"]?["resourceVersion"] is null))
            {
                // Someone else wrote in between; the patch said nothing of a version, so it holds for the newer one too.
            }
        }
    }

    private static JsonObject Patched(string type, JsonObject old, JsonNode patch, ApiCall call) => type switch
    {
        MergePatch.MediaType => MergePatch.Apply(old, patch, call.Kind.Schema),
        StrategicMergePatch.MediaType => StrategicMergePatch.Apply(old, patch, call.Kind.Schema),
        _ => throw ApiException.UnsupportedMediaType(MergePatch.MediaType, StrategicMergePatch.MediaType, "application/json-patch+json", "application/apply-patch+yaml"),
    };
}
