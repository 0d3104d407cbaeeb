using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Patching;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>Keeps <c>metadata.managedFields</c> on writes other than server-side apply, which keeps them itself.</summary>
internal static class FieldOwnership
{
    /// <param name="request">Whose manager writes.</param>
    /// <param name="old">As stored; null for a new object.</param>
    /// <param name="changed">As it will be stored; its managedFields are set.</param>
    /// <param name="now">The time of the write.</param>
    public static void Record(ApiRequest request, JsonObject? old, JsonObject changed, DateTimeOffset now)
    {
        var schema = request.Kind.StoredSchema;
        ManagedFields.RecordUpdate(old, changed, schema, request.FieldManager, schema.ApiVersion, now, request.Path.Subresource ?? "");
    }
}
