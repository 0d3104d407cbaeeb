using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>Any request below <c>/pods/[SCHEME:]NAME[:PORT]/proxy/</c>: sent on to that port of the pod, its answer sent back.</summary>
internal sealed class ProxyToPod(DoorParts door)
{
    // Of one connection each (RFC 9110, section 7.6.1), or the door's own business.
    private static readonly HashSet<string> NotPassedOn = new(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Authorization", "Host", "Content-Length"],
        StringComparer.OrdinalIgnoreCase);

    public async Task HandleAsync(ApiRequest request)
    {
        var (scheme, name, port) = request.Name.Split(':') switch
        {
            [var pod] => ("http", pod, ""),
            [var pod, var number] => ("http", pod, number),
            ["http" or "https", var pod, var number] => (request.Name.Split(':')[0], pod, number),
            _ => throw ApiException.BadRequest($"invalid pod request \"{request.Name}\": write it as [http:|https:]NAME[:PORT]"),
        };
        var path = request.Path with { Name = name };
        var (found, engine, runtime) = PodContainer.Find(door, new ApiRequest(request.Http, path, request.Kind, request.User));
        var sandbox = engine.SandboxId(found.Uid) ?? throw ApiException.ServiceUnavailable($"pod {name} does not run: wait until it is Running, then ask again");
        var to = Port(found, port);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            ConnectCallback = async (_, cancel) => await runtime.DialSandbox(sandbox, to, cancel).ConfigureAwait(false),
        });
        using var asked = Ask(request.Http, $"{scheme}://{found.Object.Status?.PodIP ?? "127.0.0.1"}:{to}/{request.Path.Tail}{request.Http.Request.QueryString}");
        try
        {
            using var answer = await client.SendAsync(asked, request.Cancel).ConfigureAwait(false);
            await AnswerAsync(request, answer).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or Runtime.RuntimeException && !request.Http.Response.HasStarted)
        {
            throw ApiException.ServiceUnavailable($"error trying to reach service: {failure.Message}");
        }
    }

    /// <summary>By number or name; without one the first that the pod names.</summary>
    private static int Port(Tripod.Pods.PodView pod, string asked)
    {
        var ports = pod.Spec.Containers.SelectMany(container => container.Ports ?? []).ToList();
        if (asked.Length == 0)
        {
            return ports.FirstOrDefault()?.ContainerPort ?? 80;
        }

        return int.TryParse(asked, out var number) && number is > 0 and < 65536 ? number
            : ports.FirstOrDefault(port => port.Name == asked)?.ContainerPort
            ?? throw ApiException.ServiceUnavailable($"no port {asked} found in pod {pod.Name}");
    }

    private static HttpRequestMessage Ask(HttpContext http, string target)
    {
        var asked = new HttpRequestMessage(new HttpMethod(http.Request.Method), target);
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            asked.Content = new StreamContent(http.Request.Body);
            asked.Content.Headers.ContentLength = http.Request.ContentLength;
        }

        foreach (var (header, values) in http.Request.Headers.Where(header => !NotPassedOn.Contains(header.Key) && !header.Key.StartsWith(':')))
        {
            if (!asked.Headers.TryAddWithoutValidation(header, values.AsEnumerable()))
            {
                asked.Content?.Headers.TryAddWithoutValidation(header, values.AsEnumerable());
            }
        }

        asked.Headers.TryAddWithoutValidation("X-Forwarded-Uri", http.Request.GetEncodedPathAndQuery());
        asked.Headers.TryAddWithoutValidation("X-Forwarded-For", http.Connection.RemoteIpAddress?.ToString());
        return asked;
    }

    private static async Task AnswerAsync(ApiRequest request, HttpResponseMessage answer)
    {
        var response = request.Http.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var headers in (HttpHeaders[])[answer.Headers, answer.Content.Headers])
        {
            foreach (var (header, values) in headers.NonValidated.Where(header => !NotPassedOn.Contains(header.Key)))
            {
                response.Headers[header] = values.ToArray();
            }
        }

        response.ContentLength = answer.Content.Headers.ContentLength;

        // Where the pod sends its client elsewhere on itself, elsewhere is below the same path of the proxy.
        if (answer.Headers.Location is { } location && !(location.IsAbsoluteUri && location.Host != answer.RequestMessage?.RequestUri?.Host))
        {
            var place = location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
            response.Headers.Location = place.StartsWith('/') ? $"{request.Path.ProxyRoot}{place}" : place;
        }

        await answer.Content.CopyToAsync(response.Body, request.Cancel).ConfigureAwait(false);
    }
}
