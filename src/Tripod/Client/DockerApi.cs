using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Client;

/// <summary>The engine's Docker API, as its image verbs ask it.</summary>
internal sealed class DockerApi(string socket) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel) })
    {
        BaseAddress = new("http://docker/v1.44/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancel)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
        return await JsonAsync(answer, cancel).ConfigureAwait(false);
    }

    public async Task<JsonNode> DeleteAsync(string path, CancellationToken cancel)
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, cancel).ConfigureAwait(false);
        return await JsonAsync(answer, cancel).ConfigureAwait(false);
    }

    public async Task DownloadAsync(string path, Stream target, CancellationToken cancel)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
        await answer.Content.CopyToAsync(target, cancel).ConfigureAwait(false);
    }

    /// <summary>The lines of a stream of progress.</summary>
    /// <exception cref="CommandFailure">One of them is an error.</exception>
    public async IAsyncEnumerable<JsonObject> PostAsync(string path, Stream? body, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var content = body is null ? null : new StreamContent(body);
        content?.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var answer = await SendAsync(HttpMethod.Post, path, content, cancel).ConfigureAwait(false);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), Encoding.UTF8);
        while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0 && JsonNode.Parse(line) is JsonObject step)
            {
                yield return (string?)step["error"] is { } error ? throw new CommandFailure(error) : step;
            }
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException failure) when (failure.InnerException is CommandFailure refused)
        {
            throw new CommandFailure(refused.Message, inner: failure);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw new CommandFailure(Message(await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false)) ?? $"the engine answers {(int)answer.StatusCode}");
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string socket, CancellationToken cancel)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel).ConfigureAwait(false);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (SocketException failure)
        {
            connection.Dispose();
            throw failure.SocketErrorCode == SocketError.AccessDenied
                ? new CommandFailure($"permission denied on {socket}: run the command with sudo", inner: failure)
                : new CommandFailure($"unix://{socket} does not answer: tripod status tells whether an engine runs", inner: failure);
        }
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer, CancellationToken cancel) =>
        (await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), cancellationToken: cancel).ConfigureAwait(false))!;

    private static string? Message(string body)
    {
        try
        {
            return (string?)JsonNode.Parse(body)?["message"];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
