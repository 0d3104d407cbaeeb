using System.Net;

namespace Tripod.Runtime.Network.Dns;

/// <summary>
/// Hands queries to the host's nameservers, as they stand in its resolv.conf at the moment. One that is known to be
/// silent is not waited for; it is tried aside until it answers again.
/// </summary>
internal sealed class Forwarder(string resolvConf, IReadOnlyList<IPAddress> self, TimeProvider clock)
{
    // A server that has not answered by then may be down; the next one is asked beside it.
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan RestWhenDown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private IReadOnlyList<Upstream> upstreams = [];
    private long? lastRead;

    public IReadOnlyList<IPAddress> Reachable => [.. Upstreams().Where(static upstream => upstream.HasAnswered).Select(static upstream => upstream.Address)];

    /// <summary>Finds out which servers answer, first of all of them, then again and again of those that did not.</summary>
    public async Task KeepTrying(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(RestWhenDown, clock);
        var due = Upstreams();
        do
        {
            await Task.WhenAll(due.Select(upstream => upstream.Try(cancel)));
            due = [.. Upstreams().Where(static upstream => upstream.IsDown)];
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>The first answer, or null at once when no server is known to be reachable.</summary>
    public async Task<byte[]?> Ask(ReadOnlyMemory<byte> query, bool byTcp, CancellationToken cancel)
    {
        var waiting = new Queue<Upstream>(Upstreams().Where(static upstream => !upstream.IsDown));
        List<Task<byte[]?>> asked = [];
        byte[]? failure = null;
        while (waiting.Count > 0 || asked.Count > 0)
        {
            if (waiting.TryDequeue(out var next))
            {
                asked.Add(byTcp ? next.AskByTcp(query, cancel) : next.Ask(query, cancel));
            }

            var first = await FirstOf(asked, hurry: waiting.Count > 0, cancel);
            if (first is null)
            {
                continue;
            }

            asked.Remove(first);
            var answer = await first;
            if (answer is not null && DnsMessage.ReadCode(answer) != DnsResponseCode.ServerFailure)
            {
                return answer;
            }

            failure ??= answer;
        }

        return failure;
    }

    private async Task<Task<byte[]?>?> FirstOf(List<Task<byte[]?>> asked, bool hurry, CancellationToken cancel)
    {
        if (!hurry)
        {
            return await Task.WhenAny(asked);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var enough = Task.Delay(HeadStart, clock, stop.Token);
        var first = await Task.WhenAny([.. asked, enough]);
        await stop.CancelAsync();
        return first as Task<byte[]?>;
    }

    private IReadOnlyList<Upstream> Upstreams()
    {
        lock (gate)
        {
            // By time and not by the file's date: it is often a symbolic link, which has a date of its own.
            if (lastRead is not { } last || clock.GetElapsedTime(last) >= ReadAgainAfter)
            {
                lastRead = clock.GetTimestamp();
                upstreams = [.. Read().Where(address => !self.Contains(address)).Select(Keep)];
            }

            return upstreams;
        }
    }

    private Upstream Keep(IPAddress address) =>
        upstreams.FirstOrDefault(upstream => upstream.Address.Equals(address)) ?? new Upstream(address, clock);

    private IReadOnlyList<IPAddress> Read()
    {
        try
        {
            return ResolvConf.ParseNameservers(File.ReadAllText(resolvConf));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
