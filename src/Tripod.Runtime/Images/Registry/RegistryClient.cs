using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace Tripod.Runtime.Images.Registry;

/// <summary>
/// One request to a registry: the scheme found out, challenges answered, redirects followed without showing credentials
/// to others, busy servers asked again. Used by <see cref="ManifestFetch"/> and <see cref="BlobDownload"/>.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MostRedirects = 5, MostTries = 4;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5), AnswerTimeout = TimeSpan.FromSeconds(30), LongestWait = TimeSpan.FromSeconds(10);

    private readonly TimeProvider clock;
    private readonly HttpClient strict = Client(anyCertificate: false), lenient = Client(anyCertificate: true);
    private readonly ConcurrentDictionary<string, string> schemes = new();
    private readonly TokenSource tokens;

    public RegistryClient(TimeProvider clock)
    {
        this.clock = clock;
        tokens = new(anyCertificate => anyCertificate ? lenient : strict, clock);
    }

    /// <param name="path">Below the repository: <c>manifests/latest</c>.</param>
    /// <returns>Whatever the registry answered but a challenge, a redirect or "busy"; headers only, the body still to be read.</returns>
    /// <exception cref="RegistryFailure">Unreachable, or it does not accept who we are.</exception>
    public Task<HttpResponseMessage> Get(RegistryEndpoint endpoint, string path, Action<HttpRequestHeaders> headers, CancellationToken cancel) =>
        Send(endpoint, path, () => Request(HttpMethod.Get, headers), cancel);

    /// <param name="endpoint">Whom to ask.</param>
    /// <param name="path">Below the repository, or a whole address that the registry gave.</param>
    /// <param name="make">The request but for its address; made anew for each try.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<HttpResponseMessage> Send(RegistryEndpoint endpoint, string path, Func<HttpRequestMessage> make, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await SendByScheme(endpoint, path, make, cancel);
            if (attempt == MostTries || !(response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500))
            {
                return response;
            }

            var wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(250 << attempt);
            response.Dispose();
            await Task.Delay(wait < LongestWait ? wait : LongestWait, clock, cancel);
        }
    }

    public void Dispose()
    {
        strict.Dispose();
        lenient.Dispose();
    }

    private async Task<HttpResponseMessage> SendByScheme(RegistryEndpoint endpoint, string path, Func<HttpRequestMessage> make, CancellationToken cancel)
    {
        var candidates = schemes.TryGetValue(endpoint.Authority, out var known) && endpoint.Schemes.Contains(known) ? [known] : endpoint.Schemes;
        for (var i = 0; ; i++)
        {
            try
            {
                var response = await SendWithAnswer(endpoint, Address(endpoint, candidates[i], path), make, cancel);
                schemes[endpoint.Authority] = candidates[i];
                return response;
            }
            catch (HttpRequestException failure)
            {
                if (i == candidates.Count - 1)
                {
                    schemes.TryRemove(endpoint.Authority, out _); // it may come back with the other scheme
                    throw RegistryFailure.Unreachable(endpoint.Authority, failure);
                }
            }
            catch (OperationCanceledException timeout) when (!cancel.IsCancellationRequested)
            {
                throw RegistryFailure.Unreachable(endpoint.Authority, timeout);
            }
        }
    }

    private static Uri Address(RegistryEndpoint endpoint, string scheme, string path) =>
        Uri.TryCreate(path.Contains("://", StringComparison.Ordinal) ? path : path.StartsWith('/') ? $"{scheme}://{endpoint.Authority}{path}" : $"{scheme}://{endpoint.Authority}/v2/{endpoint.Repository}/{path}", UriKind.Absolute, out var address)
            ? address
            : throw new RegistryFailure(RuntimeErrorKind.InvalidArgument, $"\"{endpoint.Authority}\" is no host and port that could be connected to");

    private async Task<HttpResponseMessage> SendWithAnswer(RegistryEndpoint endpoint, Uri address, Func<HttpRequestMessage> make, CancellationToken cancel)
    {
        var response = await Follow(endpoint, address, make, tokens.Known(endpoint), cancel);
        if (response.StatusCode != HttpStatusCode.Unauthorized || AuthChallenge.Choose(response.Headers.WwwAuthenticate) is not { } challenge)
        {
            return response;
        }

        var answer = await tokens.Answer(endpoint, challenge, cancel);
        if (answer is null)
        {
            return response;
        }

        response.Dispose();
        return await Follow(endpoint, address, make, answer, cancel);
    }

    private async Task<HttpResponseMessage> Follow(
        RegistryEndpoint endpoint, Uri address, Func<HttpRequestMessage> make, AuthenticationHeaderValue? authorization, CancellationToken cancel)
    {
        for (var redirects = 0; ; redirects++)
        {
            var request = make();
            request.RequestUri = address;
            request.Headers.Authorization = authorization;
            var response = await Send(endpoint, request, cancel);
            if (request.Method != HttpMethod.Get || (int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(address, location);
            if (redirects == MostRedirects || next.Scheme is not ("http" or "https") || (next.Scheme == "http" && address.Scheme == "https" && !endpoint.AnyCertificate))
            {
                throw new RegistryFailure(RuntimeErrorKind.Unavailable, $"registry {endpoint.Authority} redirects to {next}, which is not followed");
            }

            // Storage elsewhere has its own signature in the address, and no business with our token.
            authorization = next.Authority == address.Authority && next.Scheme == address.Scheme ? authorization : null;
            address = next;
        }
    }

    private async Task<HttpResponseMessage> Send(RegistryEndpoint endpoint, HttpRequestMessage request, CancellationToken cancel)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (request.Content is null)
        {
            // A body takes as long as the line wants.
            inTime.CancelAfter(AnswerTimeout);
        }

        return await (endpoint.AnyCertificate ? lenient : strict).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, inTime.Token);
    }

    private static HttpRequestMessage Request(HttpMethod method, Action<HttpRequestHeaders> headers)
    {
        var request = new HttpRequestMessage { Method = method };
        headers(request.Headers);
        return request;
    }

    private static HttpClient Client(bool anyCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        if (anyCertificate)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
        }

        // The limit is for answers that are read whole: a token. Others are read as they come.
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 1 << 20 };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("tripod/0.1");
        return client;
    }
}
