using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tripod.Runtime.Images.Manifests;

namespace Tripod.Runtime.Images.Registry;

/// <summary>Answers a registry's challenge, and remembers the answer while it holds (distribution's token specification).</summary>
internal sealed class TokenSource(Func<bool, HttpClient> client, TimeProvider clock)
{
    /// <summary>What a token without a word of it is good for, by the specification.</summary>
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (AuthenticationHeaderValue Header, DateTimeOffset Until)> known = new();

    public AuthenticationHeaderValue? Known(RegistryEndpoint endpoint) =>
        endpoint.Credentials is { RegistryToken.Length: > 0 } given ? new("Bearer", given.RegistryToken) : known.TryGetValue(Key(endpoint), out var answer) && answer.Until > clock.GetUtcNow() ? answer.Header : null;

    /// <returns>Null where there is nothing to answer with.</returns>
    public async Task<AuthenticationHeaderValue?> Answer(RegistryEndpoint endpoint, AuthChallenge challenge, CancellationToken cancel)
    {
        if (endpoint.Credentials is { RegistryToken.Length: > 0 })
        {
            return null; // It was shown already.
        }

        known.TryRemove(Key(endpoint), out _);
        if (challenge.IsBasic)
        {
            var basic = Basic(endpoint.Credentials);
            if (basic is not null)
            {
                known[Key(endpoint)] = (basic, DateTimeOffset.MaxValue);
            }

            return basic;
        }

        using var request = Request(endpoint, challenge);
        using var response = await Send(endpoint, request, cancel);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            var words = await RegistryErrorBody.Read(response, cancel);
            throw new RegistryFailure(RuntimeErrorKind.PermissionDenied, $"{request.RequestUri!.Host} gives no token: {(words.Length == 0 ? "incorrect username or password" : words)}");
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new RegistryFailure(RuntimeErrorKind.Unavailable, $"{request.RequestUri!.Host} gives no token: HTTP {(int)response.StatusCode}");
        }

        return await Read(endpoint, response, cancel);
    }

    private async Task<HttpResponseMessage> Send(RegistryEndpoint endpoint, HttpRequestMessage request, CancellationToken cancel)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        inTime.CancelAfter(AnswerTimeout);
        try
        {
            return await client(endpoint.AnyCertificate).SendAsync(request, HttpCompletionOption.ResponseContentRead, inTime.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw RegistryFailure.Unreachable(request.RequestUri!.Authority, failure);
        }
    }

    private static HttpRequestMessage Request(RegistryEndpoint endpoint, AuthChallenge challenge)
    {
        if (!Uri.TryCreate(challenge.Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) ||
            !(realm.Scheme == "https" || (realm.Scheme == "http" && endpoint.AnyCertificate)))
        {
            throw new RegistryFailure(RuntimeErrorKind.PermissionDenied, $"registry {endpoint.Authority} asks for a token from \"{challenge.Parameters.GetValueOrDefault("realm")}\", which is no https:// address");
        }

        var service = challenge.Parameters.GetValueOrDefault("service") ?? "";
        var scope = endpoint.Repository.Length == 0 ? "" : $"repository:{endpoint.Repository}:{endpoint.Actions}";
        if (endpoint.Credentials is { IdentityToken.Length: > 0 } identity)
        {
            return new(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = identity.IdentityToken,
                    ["service"] = service,
                    ["scope"] = scope,
                    ["client_id"] = "tripod",
                }),
            };
        }

        var separator = realm.Query.Length == 0 ? "?" : "&";
        var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri($"{realm.AbsoluteUri}{separator}service={Uri.EscapeDataString(service)}{(scope.Length == 0 ? "" : $"&scope={Uri.EscapeDataString(scope)}")}"));
        request.Headers.Authorization = Basic(endpoint.Credentials);
        return request;
    }

    private async Task<AuthenticationHeaderValue> Read(RegistryEndpoint endpoint, HttpResponseMessage response, CancellationToken cancel)
    {
        using var document = JsonReading.Parse(await response.Content.ReadAsByteArrayAsync(cancel), "registry's token");
        var root = document.RootElement;
        var token = JsonReading.Text(root, "token") ?? JsonReading.Text(root, "access_token")
            ?? throw new RegistryFailure(RuntimeErrorKind.PermissionDenied, $"the token service of {endpoint.Authority} answers without a token");
        var life = JsonReading.Number(root, "expires_in") is > 0 and var seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : DefaultLife;
        var header = new AuthenticationHeaderValue("Bearer", token);

        // A tenth is left for the way there.
        known[Key(endpoint)] = (header, clock.GetUtcNow() + (life * 0.9));
        return header;
    }

    private static AuthenticationHeaderValue? Basic(RegistryCredentials? credentials) => credentials is { Username.Length: > 0 }
        ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")))
        : null;

    private static string Key(RegistryEndpoint endpoint) =>
        string.Join('\n', endpoint.Authority, endpoint.Repository, endpoint.Actions, endpoint.Credentials?.Key);
}
