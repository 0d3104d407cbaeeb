using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>
/// The question of <c>kubectl cluster-info</c> for the cluster's own services. Services are not served, but that this
/// machine has none of those is a true answer, without which kubectl would not print the API's address either.
/// </summary>
internal static class ClusterServices
{
    public static bool IsAsked(HttpContext http, RequestPath path) =>
        http.Request.Method == "GET" && path is { Group: "", Resource: "services", Name: null }
        && http.Request.Query["labelSelector"] == "kubernetes.io/cluster-service=true";

    public static Task AnswerNoneAsync(HttpContext http) =>
        JsonAnswer.WriteAsync(http, 200, """{"kind":"ServiceList","apiVersion":"v1","metadata":{},"items":[]}"""u8.ToArray());
}
