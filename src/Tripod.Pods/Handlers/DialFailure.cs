using System.Net.Sockets;

namespace Tripod.Pods.Handlers;

/// <summary>Why a connection did not come about, in the words that the kubelet's events have for it.</summary>
internal static class DialFailure
{
    public static string Describe(string host, int port, SocketException failure) =>
        $"dial tcp {Join(host, port)}: " + failure.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connect: connection refused",
            SocketError.HostUnreachable => "connect: no route to host",
            SocketError.NetworkUnreachable => "connect: network is unreachable",
            SocketError.TimedOut => "connect: connection timed out",
            SocketError.ConnectionReset => "read: connection reset by peer",
            SocketError.HostNotFound or SocketError.NoData => $"lookup {host}: no such host",
            _ => failure.Message,
        };

    public static string Join(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
