using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Tripod.Runtime.Network.Dns;

/// <summary>
/// One of the host's nameservers, and whether it is reachable as far as is known. <see cref="Forwarder"/> hands it
/// queries; it hands them to the server.
/// </summary>
internal sealed class Upstream(IPAddress address, TimeProvider clock)
{
    private const int Port = 53;

    // The query is sent a second time after the first of these and given up after both.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(600), TimeSpan.FromMilliseconds(900)];

    // . NS, which every nameserver has some answer to.
    private static readonly byte[] AnyQuestion = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];

    private long lastAnswer;
    private volatile bool down;

    public IPAddress Address => address;

    public bool IsDown => down;

    public bool HasAnswered => !down && Interlocked.Read(ref lastAnswer) != 0;

    /// <summary>Finds out whether it answers at all.</summary>
    public Task Try(CancellationToken cancel) => Ask(AnyQuestion, cancel);

    /// <summary>Asks over UDP; null when no answer came.</summary>
    public async Task<byte[]?> Ask(ReadOnlyMemory<byte> query, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        try
        {
            // A socket per query has a source port that nobody can guess, which is what keeps forged answers out.
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(address, Port), cancel);
            var sent = query.ToArray();
            DnsMessage.WriteId(sent, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1));
            var buffer = new byte[ushort.MaxValue];
            foreach (var wait in Waits)
            {
                await socket.SendAsync(sent, cancel);
                if (await Receive(socket, buffer, sent, wait, cancel) is { } answer)
                {
                    Answered();
                    DnsMessage.WriteId(answer, DnsMessage.ReadId(query.Span));
                    return answer;
                }
            }
        }
        catch (SocketException)
        {
            // Refused or no route: it is known at once.
        }

        Silent(started);
        return null;
    }

    /// <summary>Asks over TCP; null when it failed, which says little: some servers speak UDP alone.</summary>
    public async Task<byte[]?> AskByTcp(ReadOnlyMemory<byte> query, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Waits[0] + Waits[1]);
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(address, Port), patience.Token);
            await using var stream = new NetworkStream(socket);
            await TcpFrame.Write(stream, query, patience.Token);
            if (await TcpFrame.Read(stream, patience.Token) is { } answer && DnsMessage.Answers(answer, query.Span))
            {
                Answered();
                return answer;
            }
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
        }

        return null;
    }

    private async Task<byte[]?> Receive(Socket socket, byte[] buffer, byte[] sent, TimeSpan wait, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            while (true)
            {
                var size = await socket.ReceiveAsync(buffer, either.Token);
                if (DnsMessage.Answers(buffer.AsSpan(0, size), sent))
                {
                    return buffer[..size];
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Answered()
    {
        Interlocked.Exchange(ref lastAnswer, clock.GetTimestamp());
        down = false;
    }

    // One that answered another query meanwhile is only slow with this one.
    private void Silent(long started)
    {
        if (Interlocked.Read(ref lastAnswer) < started)
        {
            down = true;
        }
    }
}
