using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>What a request asks leave for; pure.</summary>
internal static class RequestAccess
{
    public static AccessQuestion Of(HttpContext http, RequestPath? path, UserIdentity user) => path is null
        ? new(user, http.Request.Method.ToLowerInvariant() is var method && method == "head" ? "get" : method) { Path = http.Request.Path.Value ?? "/" }
        : new(user, Verb(http.Request, path))
        {
            Group = path.Group,
            Resource = path.Resource,
            Subresource = path.Subresource ?? "",

            // Whoever asks for a namespace by its name asks within it, so that a role of the namespace can let them.
            Namespace = path.Namespace ?? (path.Resource == "namespaces" ? path.Name ?? "" : ""),
            Name = path.Name ?? "",
        };

    private static string Verb(HttpRequest request, RequestPath path) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => path.Name is null ? "deletecollection" : "delete",
        "GET" or "HEAD" when path.Subresource is not null => "get",
        "GET" or "HEAD" when IsWatch(request) => "watch",
        "GET" or "HEAD" => path.Name is null ? "list" : "get",
        "CONNECT" => "create",
        var other => other.ToLowerInvariant(),
    };

    private static bool IsWatch(HttpRequest request) => request.Query["watch"].LastOrDefault() is "" or "1" or "t" or "T" or "true" or "TRUE" or "True";
}
