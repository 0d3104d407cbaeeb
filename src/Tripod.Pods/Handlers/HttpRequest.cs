using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Tripod.Pods.Handlers;

/// <summary>
/// A GET of which status and headers are wanted, and of a redirect what it says, on a connection of its own: what a probe
/// needs of HTTP/1.1 (RFC 9112). A client with pools and handlers would cost several times as much a hundred times a second.
/// </summary>
internal static class HttpRequest
{
    private const int MostHeaderBytes = 64 * 1024, MostBodyBytes = 10 * 1024;

    /// <param name="target">Path and query.</param>
    /// <param name="headers">In the order in which they are sent; a Host among them is the host.</param>
    /// <returns>The status; of a redirect its Location, and its body.</returns>
    /// <exception cref="IOException">The answer is no HTTP, or was cut.</exception>
    public static async Task<(int Status, string? Location, string Body)> GetAsync(
        Socket socket, bool tls, string host, string target, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel)
    {
        // Closed by the socket itself: a stream that owns it would shut it down first.
        using var closing = socket;
        await using var plain = new NetworkStream(socket, ownsSocket: false);
        await using var secured = tls ? await Secure(plain, host, cancel).ConfigureAwait(false) : null;
        Stream stream = secured ?? (Stream)plain;
        var request = new StringBuilder().Append("GET ").Append(target).Append(" HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            request.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.Append("Connection: close\r\n\r\n").ToString()), cancel).ConfigureAwait(false);
        var (head, begun) = await ReadHeadAsync(stream, cancel).ConfigureAwait(false);
        var (status, lines) = Parse(head);
        var location = status is >= 300 and < 400 ? Find(lines, "Location") : null;
        var body = location is null ? "" : await ReadBodyAsync(stream, lines, begun, cancel).ConfigureAwait(false);
        if (!tls)
        {
            socket.LingerState = new LingerOption(true, 0);
        }

        return (status, location, body);
    }

    /// <summary>As the kubelet does, whoever answers is believed: the certificate of a probed server proves nothing.</summary>
    private static async Task<SslStream> Secure(Stream plain, string host, CancellationToken cancel)
    {
        var secured = new SslStream(plain, leaveInnerStreamOpen: true);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.None,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            cancel).ConfigureAwait(false);
        return secured;
    }

    /// <summary>Informational answers (1xx) are passed over.</summary>
    /// <returns>And what was read of the body with it.</returns>
    private static async Task<(string Head, ReadOnlyMemory<byte> Begun)> ReadHeadAsync(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[1024];
        var length = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(buffer, 0, end);
                if (!head.StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
                {
                    return (head, buffer.AsMemory((end + 4)..length));
                }

                buffer.AsSpan(end + 4, length - end - 4).CopyTo(buffer);
                length -= end + 4;
                continue;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, length < MostHeaderBytes ? length * 2 : throw new IOException("server response headers exceeded 65536 bytes; aborted"));
            }

            var count = await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
            length += count > 0 ? count : throw new EndOfStreamException("EOF");
        }
    }

    /// <summary>As far as it is long, or the connection open; one in chunks is left out.</summary>
    private static async Task<string> ReadBodyAsync(Stream stream, string[] lines, ReadOnlyMemory<byte> begun, CancellationToken cancel)
    {
        if (Find(lines, "Transfer-Encoding") is not null)
        {
            return "";
        }

        var most = int.TryParse(Find(lines, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? Math.Min(length, MostBodyBytes) : MostBodyBytes;
        var buffer = new byte[most];
        begun[..Math.Min(begun.Length, most)].CopyTo(buffer);
        var missing = buffer.AsMemory(Math.Min(begun.Length, most));
        var count = await stream.ReadAtLeastAsync(missing, missing.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, most - missing.Length + count);
    }

    private static (int Status, string[] Lines) Parse(string head)
    {
        var lines = head.Split("\r\n");
        var status = lines[0].Split(' ', 3);
        return status.Length >= 2 && status[0].StartsWith("HTTP/", StringComparison.Ordinal) && int.TryParse(status[1], out var code)
            ? (code, lines)
            : throw new IOException($"malformed HTTP response \"{(lines[0].Length > 80 ? lines[0][..80] : lines[0])}\"");
    }

    private static string? Find(string[] lines, string header) =>
        lines.Skip(1).FirstOrDefault(line => line.StartsWith($"{header}:", StringComparison.OrdinalIgnoreCase))?[(header.Length + 1)..].Trim();
}
