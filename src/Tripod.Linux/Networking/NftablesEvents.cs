namespace Tripod.Linux.Networking;

/// <summary>What happens to the packet filter, whoever does it (nfnetlink's group for nftables).</summary>
public static class NftablesEvents
{
    private const int NETLINK_NETFILTER = 12;
    private const uint NftablesGroup = 1 << 6;
    private const int TableDeleted = (10 << 8) | 2;

    /// <summary>Calls back after tables were deleted, as <c>nft flush ruleset</c> does with all, until it is cancelled.</summary>
    public static async Task WatchDeletedTables(Action deleted, CancellationToken cancel)
    {
        using var socket = new NetlinkSocket(NETLINK_NETFILTER, NftablesGroup);
        using var wake = new SemaphoreSlim(0);
        using var watch = socket.WatchEvents(types =>
        {
            if (types.Contains(TableDeleted))
            {
                wake.Release();
            }
        });
        while (true)
        {
            await wake.WaitAsync(cancel);
            deleted();
        }
    }
}
