using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Client;

/// <summary>The engine's Kubernetes API, as kubectl would ask it: with the certificates of its kubeconfig.</summary>
internal sealed class KubernetesApi : IDisposable
{
    public const string Json = "application/json", Yaml = "application/apply-patch+yaml", Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private readonly HttpClient http;
    private readonly KubeconfigFile config;

    public KubernetesApi(KubeconfigFile config)
    {
        this.config = config;
        http = new(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                ClientCertificates = [.. Own],
                RemoteCertificateValidationCallback = IsTrusted,
            },
        })
        {
            BaseAddress = config.Server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private X509Certificate2[] Own => config.ClientCertificate is { } certificate ? [certificate] : [];

    public Task<JsonObject> GetAsync(string path, CancellationToken cancel, string accept = Json) => SendAsync(HttpMethod.Get, path, null, cancel, accept: accept);

    /// <summary>Null where there is no such object.</summary>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await GetAsync(path, cancel).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal) when (refusal.Code == 404)
        {
            return null;
        }
    }

    /// <exception cref="ApiRefusal">The server answers with another status than success.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancel, string type = Json, string accept = Json)
    {
        using var answer = await AskAsync(method, path, body, cancel, type, accept).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        return (JsonObject)(await JsonNode.ParseAsync(text, cancellationToken: cancel).ConfigureAwait(false))!;
    }

    /// <summary>A body that is read as it comes: a log, a watch.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancel, string accept = Json)
    {
        var answer = await AskAsync(HttpMethod.Get, path, null, cancel, Json, accept).ConfigureAwait(false);
        return await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>exec and attach (subprotocol <c>v5.channel.k8s.io</c>).</summary>
    public async Task<WebSocket> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.ClientCertificates.AddRange(Own);
        if (config.Token is { } token)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        socket.Options.RemoteCertificateValidationCallback = IsTrusted;
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri(new UriBuilder(config.Server) { Scheme = "wss" }.Uri, path), cancel).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException) when ((int)socket.HttpStatusCode is >= 400 and not 403)
        {
            // The refusal's words are in a body, which the handshake does not show: asked again as a plain request.
            _ = await SendAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancel, string type, string accept)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (config.Token is { } token)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailure($"{config.Server.GetLeftPart(UriPartial.Authority)} does not answer: {failure.InnerException?.Message ?? failure.Message}: tripod status tells whether an engine runs", inner: failure);
        }

        foreach (var warning in answer.Headers.Warning)
        {
            await Console.Error.WriteLineAsync($"Warning: {warning.Text.Trim('"').Replace("\\\"", "\"", StringComparison.Ordinal)}").ConfigureAwait(false);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await RefusalAsync(answer, cancel).ConfigureAwait(false);
        }
    }

    private static async Task<ApiRefusal> RefusalAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
        try
        {
            var status = JsonNode.Parse(text);
            return new((int)answer.StatusCode, (string?)status?["reason"] ?? "", (string?)status?["message"] ?? text, status?["details"]);
        }
        catch (JsonException)
        {
            return new((int)answer.StatusCode, "", text);
        }
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        if (config.Authority is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(config.Authority);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var served = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(served);
    }
}
