using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>
/// The time within which a client wants its answer. Answers come at once here, so nothing is done by it; but what is no
/// time is a mistake that the client is told of.
/// </summary>
internal static partial class RequestTimeout
{
    /// <exception cref="ApiException">400.</exception>
    public static void Check(HttpRequest request, RequestPath? target)
    {
        if (request.Query["timeout"].FirstOrDefault() is { Length: > 0 } text && !IsLong(request, target) && !Duration().IsMatch(text))
        {
            throw ApiException.BadRequest($"invalid timeout specified in the request URL: \"{text}\" is no duration such as 30s or 1m30s");
        }
    }

    // These last as long as their client likes, and what is proxied is another server's to understand.
    private static bool IsLong(HttpRequest request, RequestPath? target) =>
        target is { Subresource: "attach" or "exec" or "proxy" or "log" or "portforward" } || (target is not null && request.Query.ContainsKey("watch"));

    [GeneratedRegex(@"^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)\z")]
    private static partial Regex Duration();
}
