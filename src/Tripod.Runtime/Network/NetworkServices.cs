using System.Net;
using Tripod.Runtime.Network.Dns;

namespace Tripod.Runtime.Network;

/// <summary>What goes on in the pod network as long as the engine runs: the pods' nameserver, and the watch over the rules. Started when the runtime opens.</summary>
internal sealed class NetworkServices : IAsyncDisposable
{
    private const string HostConfiguration = "/etc/resolv.conf";

    private readonly RuntimeParts parts;
    private readonly CancellationTokenSource stop = new();
    private readonly Task keeping;
    private int disposed;

    private NetworkServices(RuntimeParts parts)
    {
        this.parts = parts;
        keeping = Task.Run(KeepRulesAsync);
    }

    public static async Task<NetworkServices> StartAsync(RuntimeParts parts, CancellationToken cancel)
    {
        var services = new NetworkServices(parts);
        foreach (var obstacle in parts.Network.Obstacles())
        {
            LogMessages.NetworkObstacle(parts.Log, obstacle);
        }

        try
        {
            parts.Resolver = await Resolver.StartAsync([.. ((string?[])[parts.Network.Gateway, parts.Network.Gateway6]).OfType<string>().Select(IPAddress.Parse)], HostConfiguration, cancel, parts.Network.Contains, parts.Clock).ConfigureAwait(false);
        }
        catch (RuntimeException taken)
        {
            // Pods do without: they are given the host's nameservers.
            LogMessages.NoResolver(parts.Log, taken.Message);
        }

        return services;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await keeping.ConfigureAwait(false);
        if (parts.Resolver is { } resolver)
        {
            parts.Resolver = null;
            await resolver.DisposeAsync().ConfigureAwait(false);
        }

        stop.Dispose();
    }

    private async Task KeepRulesAsync()
    {
        try
        {
            await parts.Network.KeepRules(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
        catch (IOException failure)
        {
            LogMessages.RulesNotKept(parts.Log, failure);
        }
    }
}
