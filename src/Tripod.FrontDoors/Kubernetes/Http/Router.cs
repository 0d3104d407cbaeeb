using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Discovery;
using Tripod.FrontDoors.Kubernetes.Handlers;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Pods;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Takes every request of the door, and hands it to discovery, a subresource or one of the handlers; the one place where failures become Status objects.</summary>
internal sealed class Router(DoorParts parts, Authentication authentication, string version)
{
    private readonly ReadObjects read = new(parts);
    private readonly WatchObjects watch = new(parts);
    private readonly CreateObject create = new(parts);
    private readonly UpdateObject update = new(parts);
    private readonly PatchObject patch = new(parts, new UpdateObject(parts));
    private readonly DeleteObject delete = new(parts);
    private readonly PodSubresources pods = new(parts);

    public async Task Handle(HttpContext http)
    {
        try
        {
            if (!authentication.Allows(http))
            {
                throw ApiException.Unauthorized();
            }

            await Route(http).ConfigureAwait(false);
        }
        catch (ApiException failure)
        {
            await Answer.Failure(http, failure).ConfigureAwait(false);
        }
        catch (JsonException failure)
        {
            await Answer.Failure(http, ApiException.BadRequest($"the body is not valid JSON: {failure.Message}")).ConfigureAwait(false);
        }
        catch (Exception gone) when (http.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            // The client has left.
        }
        catch (Exception failure)
        {
            LogMessages.RequestFailed(parts.Log, http.Request.Method, http.Request.Path.Value ?? "", failure);
            await Answer.Failure(http, ApiException.Internal(failure.Message)).ConfigureAwait(false);
        }
    }

    private Task Route(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "/").TrimEnd('/');
        var aggregated = http.Request.Headers.Accept.ToString().Contains("g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", StringComparison.Ordinal);
        return path switch
        {
            "/healthz" or "/livez" or "/readyz" => Answer.Bytes(http, "ok"u8.ToArray(), contentType: "text/plain; charset=utf-8"),
            "/version" => Document(http, VersionDocument.Make(version)),
            "/api" or "/apis" when aggregated => Aggregated(http, DiscoveryDocuments.AggregatedFor(core: path == "/api")),
            "/api" => Document(http, DiscoveryDocuments.Versions(http.Request.Host.Value ?? "")),
            "/apis" => Document(http, DiscoveryDocuments.Groups()),
            "/openapi/v3" => Document(http, OpenApi.Index()),
            _ when path.StartsWith("/openapi/v3/", StringComparison.Ordinal) => Document(http, OpenApi.Group(path["/openapi/v3/".Length..])),
            _ => ApiPath.Parse(path) is { } resource ? Resource(http, resource) : Listing(http, path),
        };
    }

    private static Task Listing(HttpContext http, string path) => Document(http, path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["api", var version] => DiscoveryDocuments.Resources("", version),
        ["apis", var group] => DiscoveryDocuments.Group(group),
        ["apis", var group, var version] => DiscoveryDocuments.Resources(group, version),
        _ => null,
    });

    private Task Resource(HttpContext http, ApiPath path)
    {
        var kind = KindRegistry.Find(path.Group, path.Version, path.Resource) ?? throw UnservedKinds.Explain(path);
        var call = new ApiCall(http, path, kind);
        if (path.Subresource is { } subresource && !(subresource is "status" or "finalize" && kind.Subresources.Contains(subresource)))
        {
            return kind.Plural == "pods" ? pods.Run(call, subresource) : throw ApiException.NotFound($"{kind.Qualified}/{subresource}", call.Name);
        }

        var verb = http.Request.Method;
        return (verb, path.Name) switch
        {
            ("GET", null) => call.Flag("watch") || IsWatchPath(http) ? watch.Run(call) : read.List(call),
            ("GET", _) => IsWatchPath(http) ? watch.Run(call) : read.Get(call),
            ("POST", null) => create.Run(call),
            ("PUT", not null) => update.Run(call),
            ("PATCH", not null) => patch.Run(call),
            ("DELETE", null) => delete.RunCollection(call),
            ("DELETE", _) => delete.Run(call),
            _ => throw ApiException.MethodNotAllowed(),
        };
    }

    private static bool IsWatchPath(HttpContext http) => http.Request.Path.StartsWithSegments("/api/v1/watch", StringComparison.Ordinal);

    private static Task Aggregated(HttpContext http, JsonObject document)
    {
        var text = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
        return Answer.Bytes(http, text, contentType: DiscoveryDocuments.Aggregated);
    }

    private static Task Document(HttpContext http, JsonObject? document) => document is null
        ? throw new ApiException(404, "NotFound", "the server could not find the requested resource")
        : Answer.Json(http, writer => document.WriteTo(writer));
}
