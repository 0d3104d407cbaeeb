using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tripod.Linux;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

public sealed class HostPortSocketsTests : IDisposable
{
    private readonly int port = TestNetwork.FreePort();
    private IReadOnlyList<FileDescriptor> held = [];

    public void Dispose() => Release();

    [Theory]
    [InlineData("tcp", "", "0.0.0.0")]
    [InlineData("tcp", "", "127.0.0.1")]
    [InlineData("tcp", "", "::")]
    [InlineData("tcp", "127.0.0.1", "0.0.0.0")]
    [InlineData("tcp", "127.0.0.1", "127.0.0.1")]
    [InlineData("udp", "", "0.0.0.0")]
    [InlineData("udp", "127.0.0.1", "127.0.0.1")]
    public void Held_port_cannot_be_stolen_with_any_socket_option(string protocol, string hostIp, string thief)
    {
        held = PodNetwork.HoldHostPorts([new PortMapping(protocol, port, 80, hostIp)]);
        AssertTaken(protocol, thief);
    }

    [Fact]
    public async Task Port_with_closed_connections_is_held_all_the_same_and_not_stealable()
    {
        using (var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, port);
            (await listener.AcceptAsync()).Dispose();
            Assert.Equal(0, await client.ReceiveAsync(new byte[1]));
        }

        // The side that closed first, the server's, keeps the port in TIME_WAIT (06).
        Assert.Contains($":{port:X4} ", string.Join('\n', File.ReadLines("/proc/net/tcp").Where(static line => line.Contains(" 06 ", StringComparison.Ordinal))), StringComparison.Ordinal);
        held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80)]);
        AssertTaken("tcp", "0.0.0.0");
        AssertTaken("tcp", "127.0.0.1");
        Assert.Null(await Echo.AskTcp("127.0.0.1", port));
    }

    [Fact]
    public void Released_port_is_free_at_once()
    {
        PortMapping[] ports = [new("tcp", port, 80), new("udp", port, 80)];
        held = PodNetwork.HoldHostPorts(ports);
        Release();
        held = PodNetwork.HoldHostPorts(ports);
        Assert.NotEmpty(held);
    }

    [Theory]
    [InlineData("tcp", SocketType.Stream)]
    [InlineData("udp", SocketType.Dgram)]
    public void Process_that_has_the_port_is_named(string protocol, SocketType type)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, port));
        if (type == SocketType.Stream)
        {
            taken.Listen();
        }

        var error = Assert.Throws<RuntimeException>(() =>
            PodNetwork.HoldHostPorts([new PortMapping("tcp", port + 1, 80), new PortMapping(protocol, port, 80)]));
        Assert.Equal(RuntimeErrorKind.FailedPrecondition, error.Kind);
        Assert.Equal(
            $"host port {port}/{protocol} is taken by {File.ReadAllText("/proc/self/comm").Trim()} (pid {Environment.ProcessId}): stop it or choose another hostPort",
            error.Message);

        // The port that was bound before the failure is free again.
        held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port + 1, 80)]);
        Assert.NotEmpty(held);
    }

    [Fact]
    public void Port_that_another_pod_holds_is_named_by_its_process_where_the_kernel_tells()
    {
        held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80)]);
        var error = Assert.Throws<RuntimeException>(() => PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80)]));
        Assert.Contains(Environment.OSVersion.Version >= new Version(6, 8) ? $"(pid {Environment.ProcessId})" : "another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_ip_that_is_not_this_machines_is_refused()
    {
        var error = Assert.Throws<RuntimeException>(() => PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80, "203.0.113.9")]));
        Assert.Contains("203.0.113.9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Port_taken_on_one_address_can_be_held_on_another()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port));
        taken.Listen();
        held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80, "127.0.0.3")]);
        Assert.Single(held);
    }

    [Fact]
    public void Sctp_port_is_no_error_where_the_kernel_has_no_sctp()
    {
        held = PodNetwork.HoldHostPorts([new PortMapping("sctp", port, 80)]);
        Assert.InRange(held.Count, 0, 1);
    }

    [Fact]
    public void Holding_sockets_are_closed_in_programs_that_are_not_handed_them()
    {
        held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80)]);
        var fd = Assert.Single(held);
        using var child = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"test ! -e /proc/self/fd/{fd.Number}"]))!;
        child.WaitForExit();
        Assert.Equal(0, child.ExitCode);
    }

    private void AssertTaken(string protocol, string address)
    {
        var family = IPAddress.Parse(address).AddressFamily;
        SocketOptionName[][] tricks = [[], [SocketOptionName.ReuseAddress], [(SocketOptionName)15], [SocketOptionName.ReuseAddress, (SocketOptionName)15]];
        foreach (var options in tricks)
        {
            using var thief = new Socket(family, protocol == "tcp" ? SocketType.Stream : SocketType.Dgram, ProtocolType.Unspecified);
            foreach (var option in options)
            {
                // SOL_SOCKET is 1 and SO_REUSEADDR 2, SO_REUSEPORT 15 in the kernel's own numbers.
                thief.SetRawSocketOption(1, option == SocketOptionName.ReuseAddress ? 2 : 15, BitConverter.GetBytes(1));
            }

            var error = Assert.Throws<SocketException>(() => thief.Bind(new IPEndPoint(IPAddress.Parse(address), port)));
            Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
        }
    }

    private void Release()
    {
        foreach (var socket in held)
        {
            socket.Dispose();
        }
    }
}
