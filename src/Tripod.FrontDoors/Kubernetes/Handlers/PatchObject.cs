using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Patching;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>PATCH in all its forms but server-side apply, which goes to <see cref="ApplyObject"/>. Hands the change to <see cref="UpdateStored"/>.</summary>
internal sealed class PatchObject(DoorParts door, UpdateStored update, ApplyObject serverSide)
{
    public async Task HandleAsync(ApiRequest request)
    {
        if (RequestBody.MediaType(request.ContentType) == ServerSideApply.MediaType)
        {
            await serverSide.HandleAsync(request).ConfigureAwait(false);
            return;
        }

        if (request.Query("force") is { Length: > 0 })
        {
            throw ApiException.InvalidOption("PatchOptions", FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        }

        var apply = Patch(RequestBody.MediaType(request.ContentType));
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var duplicates = new List<string>();
        var patch = JsonText.Parse(body, duplicates) ?? throw ApiException.BadRequest("the request body must be a patch");
        var warnings = new List<string>();
        var updated = update.Run(
            request,
            current =>
            {
                var decoded = RequestBody.Check(apply(current, patch, request.Kind.Schema), request.Kind.Schema, request.FieldValidation, duplicates);
                warnings = [.. decoded.Warnings];
                return decoded.Object;
            },
            (old, changed) => FieldOwnership.Record(request, old, changed, door.Now));
        request.Warn(warnings);
        await ObjectAnswer.WriteAsync(request, 200, updated, door.Now).ConfigureAwait(false);
    }

    private static Func<JsonObject, JsonNode, KindSchema, JsonObject> Patch(string mediaType) => mediaType switch
    {
        JsonPatch.MediaType => JsonPatch.Apply,
        MergePatch.MediaType => MergePatch.Apply,
        StrategicMergePatch.MediaType => StrategicMergePatch.Apply,
        _ => throw ApiException.UnsupportedMediaType(JsonPatch.MediaType, MergePatch.MediaType, StrategicMergePatch.MediaType, ServerSideApply.MediaType),
    };
}
