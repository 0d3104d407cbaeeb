namespace Tripod.Linux.Networking;

/// <summary>What happens to the packet filter, whoever does it (nfnetlink's group for nftables).</summary>
public static class NftablesEvents
{
    private const int NETLINK_NETFILTER = 12;
    private const uint NftablesGroup = 1 << 6;
    private const int Subsystem = 10 << 8, MostQuietTimes = 20;
    private const int NewTable = Subsystem, TableDeleted = Subsystem | 2, NewChain = Subsystem | 3, ChainDeleted = Subsystem | 5, NewRule = Subsystem | 6, RuleDeleted = Subsystem | 8;

    /// <summary>Calls back after tables, chains or rules have changed, until it is cancelled; changes of elements of sets and maps do not count.</summary>
    /// <param name="deleted">At once, after tables were deleted, as <c>nft flush ruleset</c> does with all.</param>
    /// <param name="changed">After those and all others, once nothing has happened for as long as <paramref name="quiet"/>: whoever reloads a firewall does it in many steps.</param>
    /// <param name="quiet">But no longer than twenty times that.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task Watch(Action deleted, Func<Task> changed, TimeSpan quiet, CancellationToken cancel)
    {
        using var socket = new NetlinkSocket(NETLINK_NETFILTER, NftablesGroup);
        using var wake = new SemaphoreSlim(0);
        var tables = 0;
        using var watch = socket.WatchEvents(types =>
        {
            if (types.Contains(TableDeleted))
            {
                Interlocked.Exchange(ref tables, 1);
            }

            if (types.Any(static type => type is NewTable or TableDeleted or NewChain or ChainDeleted or NewRule or RuleDeleted))
            {
                wake.Release();
            }
        });
        while (true)
        {
            await wake.WaitAsync(cancel);
            var begun = Environment.TickCount64;
            do
            {
                if (Interlocked.Exchange(ref tables, 0) != 0)
                {
                    deleted();
                }
            }
            while (await wake.WaitAsync(quiet, cancel) && Environment.TickCount64 - begun < MostQuietTimes * quiet.TotalMilliseconds);

            await changed();
        }
    }
}
