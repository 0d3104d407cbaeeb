using System.Net;
using System.Net.Sockets;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Connects to an address as a process of the sandbox would: the socket is made inside its network namespace and used from outside.</summary>
internal sealed class ConnectFromSandbox(RuntimeParts parts)
{
    /// <exception cref="SocketException">Nothing answers there.</exception>
    public async Task<Socket> RunAsync(string sandboxId, IPEndPoint to, CancellationToken cancel)
    {
        var record = parts.Table.Get(sandboxId).Record;
        if (record.State != Containers.ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"sandbox {sandboxId} is not running");
        }

        Socket socket;
        using (var netns = Netns.OfProcess(record.Pid))
        {
            socket = await NetnsThread.Run(netns, () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp)).ConfigureAwait(false);
        }

        try
        {
            await socket.ConnectAsync(to, cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
