using System.Net;
using System.Net.Sockets;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Connects to a port on a sandbox's loopback: the socket is made inside its network namespace and used from outside.</summary>
internal sealed class DialSandbox(RuntimeParts parts)
{
    public async Task<Stream> RunAsync(string sandboxId, int port, CancellationToken cancel)
    {
        var record = parts.Table.Get(sandboxId).Record;
        if (record.State != Containers.ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"sandbox {sandboxId} is not running");
        }

        using var netns = Netns.OfProcess(record.Pid);
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
            new(await NetnsSocket.ConnectAsync(netns, new(address, port), cancel).ConfigureAwait(false), ownsSocket: true);
    }
}
