using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tripod.Runtime;
using Tripod.Runtime.Network.Dns;
using Xunit;

namespace Tripod.IntegrationTests.Network;

public sealed class ResolverTests : IAsyncLifetime
{
    // 127.0.0.0/8 is this machine's; each run has its own corner of it.
    private readonly string corner = $"127.{Random.Shared.Next(2, 250)}.{Random.Shared.Next(256)}.";
    private readonly string resolvConf = Path.GetTempFileName();
    private readonly CancellationTokenSource stop = new();
    private Resolver? resolver;

    private IPAddress Listen => IPAddress.Parse(corner + "1");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (resolver is not null)
        {
            await resolver.DisposeAsync();
        }

        await stop.CancelAsync();
        File.Delete(resolvConf);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Query_is_answered_by_the_hosts_nameserver(bool tcp)
    {
        Serve(2, "10.1.1.1");
        await Start(2);
        Assert.Equal("10.1.1.1", await Ask("ghost.example", tcp));
    }

    [Fact]
    public async Task Silent_first_nameserver_costs_little_and_only_once()
    {
        Serve(3, "10.1.1.3");
        using var silent = Bind(2);
        await Start(2, 3);
        var clock = Stopwatch.StartNew();
        Assert.Equal("10.1.1.3", await Ask("ghost.example"));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_nameserver_that_listens_is_told_at_once(bool tcp)
    {
        await Start(2);
        var clock = Stopwatch.StartNew();
        Assert.Equal("ServerFailure", await Ask("ghost.example", tcp));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public async Task Silent_nameserver_is_waited_for_once_and_then_no_more()
    {
        using var silent = Bind(2);
        await Start(2);
        Assert.Equal("ServerFailure", await Ask("ghost.example"));
        var clock = Stopwatch.StartNew();
        Assert.Equal("ServerFailure", await Ask("other.example"));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 500);
    }

    [Fact]
    public async Task Nameserver_that_comes_back_is_found_again()
    {
        await Start(2);
        Assert.Equal("ServerFailure", await Ask("ghost.example"));
        Serve(2, "10.1.1.1");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        string answer;
        while ((answer = await Ask("ghost.example")) == "ServerFailure")
        {
            await pause.WaitForNextTickAsync(patience.Token);
        }

        Assert.Equal("10.1.1.1", answer);
    }

    [Fact]
    public async Task Own_name_is_answered_without_any_nameserver()
    {
        await Start();
        resolver!.Names.Set("Host.Tripod.Internal", IPAddress.Parse("10.63.0.1"));
        Assert.Equal("10.63.0.1", await Ask("host.tripod.internal"));
        resolver.Names.Remove("host.tripod.internal");
        Assert.Equal("ServerFailure", await Ask("host.tripod.internal"));
    }

    [Fact]
    public async Task Change_of_the_hosts_resolv_conf_is_seen()
    {
        Serve(3, "10.1.1.3");
        await Start();
        Assert.Equal("ServerFailure", await Ask("ghost.example"));
        await File.WriteAllTextAsync(resolvConf, $"nameserver {corner}3\n");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        string answer;
        while ((answer = await Ask("ghost.example")) == "ServerFailure")
        {
            await pause.WaitForNextTickAsync(patience.Token);
        }

        Assert.Equal("10.1.1.3", answer);
    }

    [Fact]
    public async Task Garbage_disturbs_nobody()
    {
        Serve(2, "10.1.1.1");
        await Start(2);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var garbage = new byte[random.Next(64)];
            random.NextBytes(garbage);
            await client.SendToAsync(garbage, new IPEndPoint(Listen, 53));
        }

        Assert.Equal("10.1.1.1", await Ask("ghost.example"));
    }

    [Fact]
    public async Task Stranger_gets_no_answer()
    {
        resolver = await Resolver.StartAsync([Listen], resolvConf, stop.Token, serves: static _ => false);
        resolver.Names.Set("a", IPAddress.Loopback);
        Assert.Equal("", await Ask("a"));
    }

    [Fact]
    public async Task Address_that_is_taken_is_named()
    {
        using var taken = Bind(1);
        var error = await Assert.ThrowsAsync<RuntimeException>(() => Resolver.StartAsync([Listen], resolvConf, stop.Token));
        Assert.Contains($"{Listen}:53", error.Message, StringComparison.Ordinal);
    }

    private async Task Start(params int[] nameservers)
    {
        await File.WriteAllLinesAsync(resolvConf, nameservers.Select(server => $"nameserver {corner}{server}"));
        resolver = await Resolver.StartAsync([Listen], resolvConf, stop.Token);
    }

    private Socket Bind(int last)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(corner + last), 53));
        return socket;
    }

    /// <summary>A nameserver that knows one address for every name.</summary>
    private void Serve(int last, string address)
    {
        _ = ServeUdp(Bind(last), IPAddress.Parse(address));
        var listener = new TcpListener(IPAddress.Parse(corner + last), 53);
        listener.Start();
        _ = ServeTcp(listener, IPAddress.Parse(address));
    }

    private async Task ServeUdp(Socket socket, IPAddress address)
    {
        using (socket)
        {
            var buffer = new byte[512];
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stop.Token);
                await socket.SendToAsync(Known(buffer[..received.ReceivedBytes], address), received.RemoteEndPoint, stop.Token);
            }
        }
    }

    private async Task ServeTcp(TcpListener listener, IPAddress address)
    {
        using (listener)
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync(stop.Token);
                var query = new byte[512];
                var size = await connection.GetStream().ReadAtLeastAsync(query, 14, false, stop.Token);
                var answer = Known(query[2..size], address);
                await connection.GetStream().WriteAsync((byte[])[0, (byte)answer.Length, .. answer], stop.Token);
            }
        }
    }

    private static byte[] Known(byte[] query, IPAddress address) =>
        DnsMessage.Answer(query, DnsMessage.ReadQuestion(query, out _)!, [address]);

    /// <summary>The address, or the error's name, or nothing when nothing comes.</summary>
    private async Task<string> Ask(string name, bool tcp = false)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        byte[] query = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(static label => (byte[])[(byte)label.Length, .. label.Select(static c => (byte)c)]), 0, 0, 1, 0, 1];
        using var socket = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(Listen, 53), patience.Token);
            await socket.SendAsync(tcp ? [0, (byte)query.Length, .. query] : query, patience.Token);
            var buffer = new byte[512];
            var size = await socket.ReceiveAsync(buffer, patience.Token);
            var answer = buffer[(tcp ? 2 : 0)..size];
            return DnsMessage.ReadCode(answer) is not DnsResponseCode.NoError and var error
                ? error.ToString()
                : new IPAddress(answer.AsSpan(answer.Length - 4)).ToString();
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }
}
