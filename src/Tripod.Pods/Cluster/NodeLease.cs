using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// The heartbeat of this machine's node, as a kubelet keeps it: a Lease in kube-node-lease that is renewed every ten
/// seconds. <c>tripod serve</c> starts it; whoever asks whether the node is alive reads it.
/// </summary>
public sealed class NodeLease(ObjectStore store, string nodeName, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private const string Space = "kube-node-lease";

    /// <summary>After which a lease that was not renewed says that the node is gone; four renewals fit in.</summary>
    private const int Seconds = 40;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stopping = new();
    private Task renewing = Task.CompletedTask;

    public void Start() => renewing = Task.Run(RenewAsync);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                Renew();
            }
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>A full disk costs heartbeats, and they come again by themselves.</summary>
    private void Renew()
    {
        try
        {
            if (store.Get(ResourceKeys.Of("namespaces", null, Space)) is null)
            {
                return;
            }

            var key = ResourceKeys.Of("leases", Space, nodeName);
            var renewed = store.Update(key, lease =>
            {
                lease["spec"] = Spec();
                return lease;
            });
            if (renewed is null)
            {
                store.Create(key, Make());
            }
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or IOException or KeyExistsException)
        {
            LogMessages.ControllerFailed(log, "node lease", failure);
        }
    }

    /// <summary>It belongs to the node, so that it goes with it.</summary>
    private JsonObject Make()
    {
        var lease = NewObject.Make("Lease", Space, nodeName, clock.GetUtcNow());
        lease["apiVersion"] = "coordination.k8s.io/v1";
        if (store.Get(ResourceKeys.Of("nodes", null, nodeName)) is { } node)
        {
            lease["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["name"] = nodeName,
                ["uid"] = (string?)JsonNode.Parse(node.Document.Span)!["metadata"]!["uid"],
            });
        }

        lease["spec"] = Spec();
        return lease;
    }

    private JsonObject Spec() => new()
    {
        ["holderIdentity"] = nodeName,
        ["leaseDurationSeconds"] = Seconds,
        ["renewTime"] = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
    };
}
