using System.Net;
using System.Net.Sockets;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Connects to a port on a sandbox's loopback, as <see cref="ConnectFromSandbox"/> does to any address.</summary>
internal sealed class DialSandbox(RuntimeParts parts)
{
    public async Task<Stream> RunAsync(string sandboxId, int port, CancellationToken cancel)
    {
        try
        {
            return await Dial(IPAddress.Loopback).ConfigureAwait(false);
        }
        catch (SocketException refused)
        {
            // Some servers listen on ::1 alone.
            try
            {
                return await Dial(IPAddress.IPv6Loopback).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                throw new RuntimeException(RuntimeErrorKind.Unavailable, $"connect to port {port} in sandbox {sandboxId}: {refused.Message}", inner: refused);
            }
        }

        async Task<NetworkStream> Dial(IPAddress address) =>
            new(await new ConnectFromSandbox(parts).RunAsync(sandboxId, new(address, port), cancel).ConfigureAwait(false), ownsSocket: true);
    }
}
