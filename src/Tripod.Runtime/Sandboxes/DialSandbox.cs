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

        Socket socket;
        using (var netns = Netns.OfProcess(record.Pid))
        {
            socket = Netns.Run(netns, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        }

        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new RuntimeException(RuntimeErrorKind.Unavailable, $"connect to port {port} in sandbox {sandboxId}: {failure.Message}", inner: failure);
        }
    }
}
