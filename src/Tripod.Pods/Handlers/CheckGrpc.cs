using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using k8s.Models;

namespace Tripod.Pods.Handlers;

/// <summary>
/// Asks a server for its health by <c>grpc.health.v1.Health/Check</c> (GRPC Health Checking Protocol), one call on a
/// connection of its own; the two messages have one field each and are written here.
/// </summary>
internal static class CheckGrpc
{
    private const int Unimplemented = 12, HeaderLength = 5;

    private static readonly string[] States = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    public static async Task<HandlerResult> RunAsync(HandlerTarget target, V1GRPCAction action, string userAgent, TimeSpan limit, CancellationToken timeout)
    {
        var address = DialFailure.Join(target.Address, action.Port);
        try
        {
            using var handler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, cancel) => new NetworkStream(await target.Connect(null, action.Port, cancel).ConfigureAwait(false), ownsSocket: true),
            };
            using var client = new HttpMessageInvoker(handler);
            using var request = Request(address, action.Service ?? "", userAgent);
            using var response = await client.SendAsync(request, timeout).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(timeout).ConfigureAwait(false);
            return Judge(response, body);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException)
        {
            return HandlerResult.Failure($"timeout: failed to connect service \"{address}\" within {limit.TotalSeconds:0}s: context deadline exceeded");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return HandlerResult.Failure($"error: health rpc probe failed: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            return HandlerResult.Failure($"timeout: health rpc did not complete within {limit.TotalSeconds:0}s");
        }
    }

    private static HttpRequestMessage Request(string address, string service, string userAgent)
    {
        var name = Encoding.UTF8.GetBytes(service);
        byte[] message = name.Length == 0 ? [] : [0x0A, .. Varint(name.Length), .. name];
        var body = new byte[HeaderLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body, HeaderLength);
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}/grpc.health.v1.Health/Check")
        {
            Version = new(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        return request;
    }

    private static HandlerResult Judge(HttpResponseMessage response, byte[] body)
    {
        var status = First(response.TrailingHeaders, "grpc-status") ?? First(response.Headers, "grpc-status");
        if (status is not ("0" or null))
        {
            return HandlerResult.Failure(status == $"{Unimplemented}"
                ? "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)"
                : $"error: health rpc probe failed: rpc error: code = {status} desc = {First(response.TrailingHeaders, "grpc-message") ?? First(response.Headers, "grpc-message")}");
        }

        // The answer's one field is the state, and zero is not written.
        var state = body.Length > HeaderLength + 1 && body[HeaderLength] == 0x08 ? body[HeaderLength + 1] : 0;
        return state == 1
            ? HandlerResult.Success("service healthy")
            : HandlerResult.Failure($"service unhealthy (responded with \"{(state < States.Length ? States[state] : state.ToString(System.Globalization.CultureInfo.InvariantCulture))}\")");
    }

    private static string? First(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
