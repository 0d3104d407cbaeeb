using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>The members of metadata that the server alone decides; pure but for uids and generated names.</summary>
internal static class ObjectMeta
{
    private const string Consonants = "bcdfghjklmnpqrstvwxz2456789";

    public static void ForCreate(ApiCall call, JsonObject document, DateTimeOffset now)
    {
        var metadata = document["metadata"] as JsonObject ?? [];
        if ((string?)metadata["name"] is null or "" && (string?)metadata["generateName"] is { Length: > 0 } stem)
        {
            metadata["name"] = stem + RandomNumberGenerator.GetString(Consonants, 5);
        }

        if (call.Namespace is { } ns)
        {
            if ((string?)metadata["namespace"] is { Length: > 0 } other && other != ns)
            {
                throw ApiException.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
            }

            metadata["namespace"] = ns;
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(now);
        metadata.Remove("resourceVersion");
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
        if (call.Kind.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        document["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
    }

    /// <summary>What an update may not change is taken from the old object; generation counts changes of the spec.</summary>
    public static void ForUpdate(ApiCall call, JsonObject old, JsonObject updated)
    {
        var before = old["metadata"]!.AsObject();
        var after = updated["metadata"] as JsonObject ?? throw ApiException.BadRequest("metadata is missing");
        if ((string?)after["name"] is { Length: > 0 } name && name != call.Name)
        {
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Name})");
        }

        if ((string?)after["uid"] is { Length: > 0 } uid && uid != (string?)before["uid"])
        {
            throw ApiException.Conflict(call.Kind.Qualified, call.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before["uid"]}");
        }

        foreach (var member in (string[])["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"])
        {
            if (before[member] is { } kept)
            {
                after[member] = kept.DeepClone();
            }
            else
            {
                after.Remove(member);
            }
        }

        if (call.Kind.HasGeneration && !JsonNode.DeepEquals(old["spec"], updated["spec"]))
        {
            after["generation"] = ((long?)before["generation"] ?? 1) + 1;
        }
    }

    public static string Time(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
