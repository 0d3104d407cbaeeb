using System.Net;
using System.Net.Sockets;

namespace Tripod.Runtime.Network.Dns;

/// <summary>
/// The pods' nameserver, on the bridge's addresses. Pods hand it queries; it answers the engine's own names and hands
/// the rest on to the host's nameservers. Where none is reachable it says so at once, as a pod whose lookups hang is
/// slow in everything it does.
/// </summary>
public sealed class Resolver : IAsyncDisposable
{
    private const int Port = 53;
    private const int MostAtOnce = 512, MostConnections = 64;
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Socket> udp;
    private readonly IReadOnlyList<Socket> tcp;
    private readonly Forwarder forwarder;
    private readonly CancellationTokenSource stop;
    private readonly SemaphoreSlim queries = new(MostAtOnce), connections = new(MostConnections);
    private readonly Func<IPAddress, bool> serves;
    private readonly TimeProvider clock;
    private Task running = Task.CompletedTask;

    private Resolver(IReadOnlyList<Socket> udp, IReadOnlyList<Socket> tcp, Forwarder forwarder, Func<IPAddress, bool> serves, TimeProvider clock, CancellationToken cancel)
    {
        this.udp = udp;
        this.tcp = tcp;
        this.forwarder = forwarder;
        this.serves = serves;
        this.clock = clock;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <summary>What it answers without asking anybody.</summary>
    public OwnNames Names { get; } = new();

    /// <summary>Names that only some may know: by who asks.</summary>
    public Func<IPAddress, string, IReadOnlyList<IPAddress>?> NamesFor { get; set; } = static (_, _) => null;

    /// <summary>The host's nameservers that answer, as far as is known.</summary>
    public IReadOnlyList<IPAddress> Reachable => forwarder.Reachable;

    /// <summary>Listens from when it returns until it is disposed of or cancelled.</summary>
    /// <param name="listen">The addresses, one of each family.</param>
    /// <param name="hostResolvConfPath">Names the servers that are asked.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <param name="serves">Who is answered; null for everybody. The bridge's address can be reached from the outside too.</param>
    public static Task<Resolver> StartAsync(
        IReadOnlyList<IPAddress> listen, string hostResolvConfPath, CancellationToken cancel,
        Func<IPAddress, bool>? serves = null, TimeProvider? clock = null)
    {
        cancel.ThrowIfCancellationRequested();
        List<Socket> udp = [], tcp = [];
        foreach (var here in listen.Select(static address => new IPEndPoint(address, Port)))
        {
            udp.Add(new Socket(here.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            tcp.Add(new Socket(here.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            try
            {
                udp[^1].Bind(here);
                tcp[^1].Bind(here);
                tcp[^1].Listen();
            }
            catch (SocketException e)
            {
                Close([.. udp, .. tcp]);
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition, $"start resolver on {here}: {e.Message}: stop what has that address, or let it leave out the bridge", inner: e);
            }
        }

        clock ??= TimeProvider.System;
        var resolver = new Resolver(
            udp, tcp, new Forwarder(hostResolvConfPath, listen, clock), serves ?? (static _ => true), clock, cancel);
        resolver.running = Task.WhenAll([.. udp.Select(resolver.ServeUdp), .. tcp.Select(resolver.ServeTcp), resolver.WatchUpstreams()]);
        return Task.FromResult(resolver);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Close([.. udp, .. tcp]);
        await running;
        stop.Dispose();
    }

    private static void Close(IReadOnlyList<Socket> sockets)
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private async Task WatchUpstreams()
    {
        try
        {
            await forwarder.KeepTrying(stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeUdp(Socket udp)
    {
        var buffer = new byte[ushort.MaxValue];
        var anybody = new IPEndPoint(udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var query = await udp.ReceiveFromAsync(buffer, anybody, stop.Token);
                await queries.WaitAsync(stop.Token);
                _ = AnswerUdp(udp, buffer[..query.ReceivedBytes], (IPEndPoint)query.RemoteEndPoint);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either it is stopped, or an ICMP error for an earlier answer, which is no concern of the next query.
            }
        }
    }

    private async Task AnswerUdp(Socket udp, byte[] query, IPEndPoint client)
    {
        try
        {
            if (serves(client.Address) && await Answer(client.Address, query, byTcp: false, stop.Token) is { } answer)
            {
                await udp.SendToAsync(answer, client, stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or this is.
        }
        finally
        {
            queries.Release();
        }
    }

    private async Task ServeTcp(Socket tcp)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var connection = await tcp.AcceptAsync(stop.Token);
                await connections.WaitAsync(stop.Token);
                _ = AnswerTcp(connection);
            }
            catch (SocketException)
            {
                // Out of fds, most likely; to ask again at once would only keep the processor busy.
                await Task.Delay(AcceptPause, clock, CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task AnswerTcp(Socket connection)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            var asker = ((IPEndPoint)connection.RemoteEndPoint!).Address;
            while (serves(asker))
            {
                patience.CancelAfter(IdleConnection);
                if (await TcpFrame.Read(stream, patience.Token) is not { } query
                    || await Answer(asker, query, byTcp: true, patience.Token) is not { } answer)
                {
                    return;
                }

                await TcpFrame.Write(stream, answer, patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or slow, or this is stopped.
        }
        finally
        {
            connections.Release();
        }
    }

    /// <summary>Null for what deserves no answer.</summary>
    private async Task<byte[]?> Answer(IPAddress asker, byte[] query, bool byTcp, CancellationToken cancel)
    {
        if (query.Length < DnsMessage.HeaderSize || DnsMessage.IsResponse(query))
        {
            return null;
        }

        if (DnsMessage.ReadQuestion(query, out var error) is not { } question)
        {
            return DnsMessage.Reply(query, error);
        }

        return (Names.Find(question.Name) ?? NamesFor(asker, question.Name.TrimEnd('.'))) is { } addresses
            ? DnsMessage.Answer(query, question, addresses)
            : await forwarder.Ask(query, byTcp, cancel) ?? DnsMessage.Reply(query, DnsResponseCode.ServerFailure, question);
    }
}
