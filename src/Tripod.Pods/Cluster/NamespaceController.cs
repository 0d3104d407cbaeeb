using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// Gives each namespace what clients wait for in it (the ServiceAccount default, the ConfigMap kube-root-ca.crt), and
/// empties one that is being deleted. Woken by the store's watch; looks at all namespaces each time.
/// </summary>
internal sealed class NamespaceController(ObjectStore store, string caCertificate, TimeProvider clock, ILogger log)
{
    private const string AuthorityName = "kube-root-ca.crt", Finalizer = "kubernetes";

    private static readonly string[] Initial = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>The namespaces that every cluster has.</summary>
    public void CreateInitial()
    {
        foreach (var name in Initial.Where(name => store.Get(ResourceKeys.Of("namespaces", null, name)) is null))
        {
            var created = NewObject.Make("Namespace", null, name, clock.GetUtcNow());
            created["metadata"]!["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name };
            created["spec"] = new JsonObject { ["finalizers"] = new JsonArray(Finalizer) };
            created["status"] = new JsonObject { ["phase"] = "Active" };
            CreateIfMissing(ResourceKeys.Of("namespaces", null, name), created);
        }

        ReconcileAll();
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var revision = store.Revision;
            ReconcileAll();
            try
            {
                await foreach (var change in store.Watch("/registry/", revision, cancel).ConfigureAwait(false))
                {
                    if (Concerns(change) is { } name)
                    {
                        Reconcile(name);
                    }
                }

                return;
            }
            catch (RevisionTooOldException)
            {
                LogMessages.WatchBeginsAgain(log, "/registry/");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or IOException or KeyExistsException)
            {
                LogMessages.ControllerFailed(log, "namespace controller", failure);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A namespace itself, a deletion within one, what came into one that is being emptied, and the authority that a client changed.</summary>
    private string? Concerns(StoreEvent change) => change.Object.Key.Split('/') switch
    {
        [_, _, "namespaces", var name] => change.Type == StoreEventType.Deleted ? null : name,
        [_, _, var resource, var within, var name] when change.Type == StoreEventType.Deleted || (resource, name) == ("configmaps", AuthorityName) || IsEmptied(within) => within,
        _ => null,
    };

    private bool IsEmptied(string name) =>
        store.Get(ResourceKeys.Of("namespaces", null, name))?.View(Views.Parse<V1Namespace>).Metadata.DeletionTimestamp is not null;

    private void ReconcileAll()
    {
        foreach (var stored in store.List(ResourceKeys.Prefix("namespaces")).Objects)
        {
            Reconcile(stored.Key.Split('/')[^1]);
        }
    }

    private void Reconcile(string name)
    {
        if (store.Get(ResourceKeys.Of("namespaces", null, name)) is not { } stored)
        {
            return;
        }

        if (stored.View(Views.Parse<V1Namespace>).Metadata.DeletionTimestamp is null)
        {
            Furnish(name);
        }
        else
        {
            Empty(name, stored);
        }
    }

    /// <summary>Nothing happens where all is there.</summary>
    public void Furnish(string name)
    {
        CreateIfMissing(ResourceKeys.Of("serviceaccounts", name, "default"), NewObject.Make("ServiceAccount", name, "default", clock.GetUtcNow()));
        var key = ResourceKeys.ConfigMap(name, AuthorityName);
        var authority = NewObject.Make("ConfigMap", name, AuthorityName, clock.GetUtcNow());
        authority["data"] = new JsonObject { ["ca.crt"] = caCertificate };
        CreateIfMissing(key, authority);
        store.Update(key, found =>
        {
            found["data"] = new JsonObject { ["ca.crt"] = caCertificate };
            return found;
        });
    }

    /// <summary>Pods are deleted first, with their grace: what they read and write stays until the last has ended. Then goes all the rest, and then the namespace.</summary>
    private void Empty(string name, StoredObject stored)
    {
        var pods = store.List(ResourceKeys.Prefix("pods", name)).Objects;
        foreach (var found in pods.Count > 0 ? pods : Content(name))
        {
            ObjectRemoval.Begin(store, found, clock.GetUtcNow());
        }

        var left = Content(name);
        store.Update(stored.Key, space =>
        {
            var status = (JsonObject)space["status"]!.DeepClone();
            status["conditions"] = NamespaceConditions.Of(status["conditions"] as JsonArray, left, clock.GetUtcNow());
            space["status"] = status;
            return space;
        });
        if (left.Count == 0 && stored.View(Views.Parse<V1Namespace>) is { Metadata.Finalizers: null or { Count: 0 } } space
            && space.Spec?.Finalizers?.Any(finalizer => finalizer != Finalizer) != true)
        {
            store.Delete(stored.Key);
        }
    }

    private List<StoredObject> Content(string name) => [.. store.Collections.SelectMany(collection => store.List($"{collection}{name}/").Objects)];

    private void CreateIfMissing(string key, JsonObject document)
    {
        if (store.Get(key) is not null)
        {
            return;
        }

        try
        {
            store.Create(key, document);
        }
        catch (KeyExistsException)
        {
            // A client was quicker.
        }
    }
}
