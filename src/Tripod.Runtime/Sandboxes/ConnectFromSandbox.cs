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

        using var netns = Netns.OfProcess(record.Pid);
        return await NetnsSocket.ConnectAsync(netns, to, cancel).ConfigureAwait(false);
    }
}
