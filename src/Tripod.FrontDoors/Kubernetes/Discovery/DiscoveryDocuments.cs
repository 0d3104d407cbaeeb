using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>What the door serves, in the forms in which clients ask; each made once.</summary>
internal sealed class DiscoveryDocuments(string version, TimeProvider clock)
{
    private readonly string startedAt = Timestamps.Of(clock.GetUtcNow());
    private readonly Lazy<ReadOnlyMemory<byte>> coreAggregated = new(() => JsonBytes.Of(AggregatedDiscovery.Make(core: true)));
    private readonly Lazy<ReadOnlyMemory<byte>> groupsAggregated = new(() => JsonBytes.Of(AggregatedDiscovery.Make(core: false)));

    /// <returns>Null where the path is no document's.</returns>
    public Func<HttpContext, Task>? Find(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        [] => http => Answer(http, LegacyDiscovery.Paths()),
        ["version"] => http => Answer(http, VersionDocument.Make(version, startedAt, http.Request.Headers.UserAgent.ToString())),
        ["api"] => http => Aggregated(http, coreAggregated, LegacyDiscovery.CoreVersions),
        ["apis"] => http => Aggregated(http, groupsAggregated, LegacyDiscovery.Groups),
        ["apis", var group] when LegacyDiscovery.Group(group) is { } found => http => Answer(http, found),
        ["api", "v1"] => http => Answer(http, LegacyDiscovery.Resources("", "v1")!),
        ["apis", var group, var number] when LegacyDiscovery.Resources(group, number) is { } found => http => Answer(http, found),
        ["openapi", "v2"] => OpenApi2.AnswerAsync,
        ["openapi", "v3"] => http => Answer(http, OpenApi.Index()),
        ["openapi", "v3", .. var rest] when OpenApi.Find(string.Join('/', rest)) is { } found => http => Schemas(http, found),
        _ => null,
    };

    private static Task Aggregated(HttpContext http, Lazy<ReadOnlyMemory<byte>> aggregated, Func<JsonObject> legacy)
    {
        http.Response.Headers.Vary = "Accept";
        return Accepted.WantsAggregatedDiscovery(http.Request.Headers.Accept.ToString())
            ? JsonAnswer.WriteAsync(http, 200, aggregated.Value, AggregatedDiscovery.MediaType)
            : Answer(http, legacy());
    }

    /// <summary>Under its hash the document is kept by kubectl from one command to the next.</summary>
    private static Task Schemas(HttpContext http, OpenApi.Document document)
    {
        http.Response.Headers.ETag = $"\"{document.Hash}\"";
        http.Response.Headers.Vary = "Accept";
        var kept = http.Request.Query["hash"] == document.Hash;
        return http.Request.Method is "GET" or "HEAD"
            ? JsonAnswer.WriteAsync(http, 200, document.Body, cacheControl: kept ? "public, max-age=31536000, immutable" : JsonAnswer.NoCache)
            : throw ApiException.MethodNotAllowed();
    }

    private static Task Answer(HttpContext http, JsonObject document) =>
        http.Request.Method is "GET" or "HEAD" ? JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(document)) : throw ApiException.MethodNotAllowed();
}
