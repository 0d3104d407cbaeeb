using System.Net.Sockets;
using k8s.Models;

namespace Tripod.Pods.Handlers;

/// <summary>Whether a TCP connection can be made. Called for tcpSocket probes and hooks.</summary>
internal static class CheckTcp
{
    public static async Task<HandlerResult> RunAsync(HandlerTarget target, V1TCPSocketAction action, CancellationToken timeout)
    {
        if (target.Port(action.Port) is not { } port)
        {
            return new(HandlerOutcome.Error, $"invalid port {action.Port?.Value}: the container has none of that name");
        }

        var host = string.IsNullOrEmpty(action.Host) ? target.Address : action.Host;
        try
        {
            using var socket = await target.Connect(host, port, timeout).ConfigureAwait(false);
            // With a reset, so that probes leave no socket in TIME_WAIT behind.
            socket.LingerState = new LingerOption(true, 0);
            return HandlerResult.Success();
        }
        catch (SocketException failure)
        {
            return HandlerResult.Failure(DialFailure.Describe(host, port, failure));
        }
        catch (OperationCanceledException)
        {
            return HandlerResult.Failure($"dial tcp {DialFailure.Join(host, port)}: i/o timeout");
        }
    }
}
