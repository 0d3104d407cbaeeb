using System.Net.Sockets;
using System.Security.Authentication;
using k8s.Models;

namespace Tripod.Pods.Handlers;

/// <summary>Whether a GET is answered with a status from 200 to 399. Called for httpGet probes and hooks.</summary>
internal static class CheckHttp
{
    private const int MostRedirects = 10;

    /// <param name="userAgent">Of a probe: <c>kube-probe/1.36</c>.</param>
    public static async Task<HandlerResult> RunAsync(HandlerTarget target, V1HTTPGetAction action, string userAgent, CancellationToken timeout)
    {
        if (target.Port(action.Port) is not { } port)
        {
            return new(HandlerOutcome.Error, $"invalid port {action.Port?.Value}: the container has none of that name");
        }

        var uri = UriOf(target, action, port);
        var first = uri;
        for (var redirects = 0; ; redirects++)
        {
            try
            {
                var (status, location, body) = await Get(target, action, uri, userAgent, timeout).ConfigureAwait(false);
                if (status is not (301 or 302 or 303 or 307 or 308) || location is null)
                {
                    return status is >= 200 and < 400 ? HandlerResult.Success() : HandlerResult.Failure($"HTTP probe failed with statuscode: {status}");
                }

                var next = new Uri(uri, location);
                if (next.Host != first.Host)
                {
                    // Where that leads says nothing of this container.
                    return new(HandlerOutcome.Warning, $"Probe terminated redirects, Response body: {body}");
                }

                if (redirects == MostRedirects)
                {
                    return HandlerResult.Failure($"Get \"{next}\": stopped after {MostRedirects} redirects");
                }

                uri = next;
            }
            catch (SocketException failure)
            {
                return HandlerResult.Failure($"Get \"{uri}\": {DialFailure.Describe(uri.Host, uri.Port, failure)}");
            }
            catch (Exception failure) when (failure is IOException or AuthenticationException or UriFormatException)
            {
                return HandlerResult.Failure($"Get \"{uri}\": {Reason(failure)}");
            }
            catch (OperationCanceledException)
            {
                return HandlerResult.Failure($"Get \"{uri}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
            }
        }
    }

    private static async Task<(int Status, string? Location, string Body)> Get(HandlerTarget target, V1HTTPGetAction action, Uri uri, string userAgent, CancellationToken timeout)
    {
        var given = (action.HttpHeaders ?? []).Select(header => (header.Name, header.Value)).ToList();
        List<(string, string)> headers =
        [
            .. Unless("Host", uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}"),
            .. Unless("User-Agent", userAgent),
            .. Unless("Accept", "*/*"),
            .. given.Where(header => !(header.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase) && header.Value.Length == 0)),
        ];
        var socket = await target.Connect(uri.Host.Trim('[', ']'), uri.Port, timeout).ConfigureAwait(false);
        return await HttpRequest.GetAsync(socket, uri.Scheme == "https", uri.Host, uri.PathAndQuery, headers, timeout).ConfigureAwait(false);

        IEnumerable<(string, string)> Unless(string name, string value) =>
            given.Exists(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? [] : [(name, value)];
    }

    private static Uri UriOf(HandlerTarget target, V1HTTPGetAction action, int port)
    {
        var host = DialFailure.Join(string.IsNullOrEmpty(action.Host) ? target.Address : action.Host, port);
        var path = action.Path ?? "/";
        return new($"{(action.Scheme == "HTTPS" ? "https" : "http")}://{host}{(path.StartsWith('/') ? path : "/" + path)}");
    }

    private static string Reason(Exception failure) => failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset }
        ? "read: connection reset by peer"
        : failure.Message;
}
