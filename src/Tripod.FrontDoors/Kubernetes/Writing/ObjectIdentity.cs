using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>The part of metadata that is the server's: uid, times, generation, the name that completes generateName.</summary>
internal static class ObjectIdentity
{
    private const int LongestBase = 58, RandomLength = 5;

    // Without vowels and look-alikes, so that no word comes about and none is misread.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly string[] ServerOwned = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"];

    /// <summary>A document without a revision, or with none that was ever given, is for whatever is there.</summary>
    public static bool IsAnyRevision(string revision) => revision is "" or "0";

    /// <summary>Checks a new document against the request's path and gives it its identity.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void Assign(JsonObject document, ApiRequest request, DateTimeOffset now)
    {
        var metadata = document.MapOrNew("metadata");
        if (metadata.Text("resourceVersion") is { } revision && !IsAnyRevision(revision))
        {
            throw ApiException.BadRequest("resourceVersion should not be set on objects to be created");
        }

        metadata.Remove("resourceVersion");
        foreach (var field in ServerOwned)
        {
            metadata.Remove(field);
        }

        CheckPath(metadata, request);
        if (metadata.Text("name") is null or "" && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = (prefix.Length > LongestBase ? prefix[..LongestBase] : prefix) + RandomNumberGenerator.GetString(Letters, RandomLength);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Timestamps.Of(now);
        if (request.Kind.HasGeneration)
        {
            metadata["generation"] = Bodies.JsonText.Number(1);
        }
    }

    /// <summary>Namespace and name of a document must be those of the path that it was sent to; those it leaves out it gets.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void CheckPath(JsonObject metadata, ApiRequest request)
    {
        if (!request.Kind.Namespaced)
        {
            metadata.Remove("namespace");
        }
        else if (metadata.Text("namespace") is { Length: > 0 } space && space != request.Namespace)
        {
            throw ApiException.BadRequest(
                $"the namespace of the provided object does not match the namespace sent on the request ({space} and {request.Namespace})");
        }
        else
        {
            metadata["namespace"] = request.Namespace;
        }

        if (request.Path.Name is not { } name)
        {
            return;
        }

        if (metadata.Text("name") is { Length: > 0 } sent && sent != name)
        {
            throw ApiException.BadRequest($"the name of the object ({sent}) does not match the name on the URL ({name})");
        }

        metadata["name"] = name;
    }

    /// <summary>What an update cannot change is taken from the stored document.</summary>
    public static void Keep(JsonObject stored, JsonObject changed)
    {
        var (old, metadata) = (stored.MapOrNew("metadata"), changed.MapOrNew("metadata"));
        foreach (var field in ServerOwned.Append("resourceVersion"))
        {
            metadata.Remove(field);
            if (old[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }
    }
}
