using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.IntegrationTests.Fixtures;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>The API without kubectl in between, with the certificate of the engine's kubeconfig.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly HttpClient http;
    private readonly string address;

    public ApiClient(Engine engine)
    {
        address = $"127.0.0.1:{engine.KubernetesPort}";
        var kubeconfig = File.ReadAllText(engine.Kubeconfig);
        string Pem(string key) => Encoding.ASCII.GetString(Convert.FromBase64String(Regex.Match(kubeconfig, $"{key}: \"?([A-Za-z0-9+/=]+)").Groups[1].Value));
        using var pair = X509Certificate2.CreateFromPem(Pem("client-certificate-data"), Pem("client-key-data"));
        certificate = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        http = new HttpClient(new SocketsHttpHandler { SslOptions = { ClientCertificates = [certificate], RemoteCertificateValidationCallback = (_, _, _, _) => true } })
        {
            BaseAddress = new Uri($"https://{address}"),
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    public Task<Answer> Get(string path, string accept = "application/json") => Send(HttpMethod.Get, path, null, null, accept);

    public Task<Answer> Post(string path, string body, string type = "application/json") => Send(HttpMethod.Post, path, body, type);

    public Task<Answer> Put(string path, string body) => Send(HttpMethod.Put, path, body, "application/json");

    public Task<Answer> Patch(string path, string body, string type = "application/merge-patch+json") => Send(HttpMethod.Patch, path, body, type);

    public Task<Answer> Delete(string path, string? body = null) => Send(HttpMethod.Delete, path, body, body is null ? null : "application/json");

    public async Task<Answer> Send(HttpMethod method, string path, string? body, string? type, string accept = "application/json", params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type!);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text)! : JsonValue.Create(text),
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    /// <summary>The events of a watch, as they come; ends with the watch.</summary>
    public async IAsyncEnumerable<(string Type, JsonNode Object)> Watch(string path, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token) is { } line)
        {
            var change = JsonNode.Parse(line)!;
            yield return ((string)change["type"]!, change["object"]!);
        }
    }

    /// <summary>All messages of a WebSocket until the server closes it.</summary>
    public async Task<IReadOnlyList<byte[]>> Messages(string path, string protocol)
    {
        using var socket = new ClientWebSocket();
        socket.Options.ClientCertificates.Add(certificate);
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (protocol.Length > 0)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;
        await socket.ConnectAsync(new Uri($"wss://{address}{path}"), cancel);
        var messages = new List<byte[]>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancel) is { MessageType: not WebSocketMessageType.Close } part)
        {
            messages.Add(buffer[..part.Count]);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancel);
        return messages;
    }

    public void Dispose()
    {
        http.Dispose();
        certificate.Dispose();
    }
}

internal sealed record Answer(int Code, JsonNode Body, IReadOnlyList<string> Warnings)
{
    public string Reason => (string?)Body["reason"] ?? "";

    public string Message => (string?)Body["message"] ?? "";

    public IEnumerable<string> Names => Body["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!);

    public string Revision => (string)Body["metadata"]!["resourceVersion"]!;
}
