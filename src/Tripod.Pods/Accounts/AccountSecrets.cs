using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Cluster;
using Tripod.Store;

namespace Tripod.Pods.Accounts;

/// <summary>
/// Secrets of the type kubernetes.io/service-account-token: each is given a token of the account that it names, which is
/// good until the secret or the account goes, and goes with the account. The pod engine hands it what changes.
/// </summary>
internal sealed class AccountSecrets(ObjectStore store, AccountTokens tokens, string caCertificate, TimeProvider clock)
{
    private const string Type = "kubernetes.io/service-account-token", NameKey = "kubernetes.io/service-account.name", UidKey = "kubernetes.io/service-account.uid";

    public void OnSecret(StoreEventType type, StoredObject stored)
    {
        if (type != StoreEventType.Deleted && stored.View(Views.Parse<V1Secret>) is { Type: Type } secret && secret.Metadata.DeletionTimestamp is null)
        {
            Reconcile(stored, secret);
        }
    }

    public void OnAccount(StoreEventType type, StoredObject stored)
    {
        var key = stored.Key.Split('/');
        if (type == StoreEventType.Modified)
        {
            return;
        }

        foreach (var found in store.List(ResourceKeys.Prefix("secrets", key[3])).Objects)
        {
            if (found.View(Views.Parse<V1Secret>) is { Type: Type } secret && secret.GetAnnotation(NameKey) == key[4])
            {
                OnSecret(StoreEventType.Modified, found);
            }
        }
    }

    // A secret may be made before its account; one that was another account's of the same name is nobody's any more.
    private void Reconcile(StoredObject stored, V1Secret secret)
    {
        var (name, uid) = (secret.GetAnnotation(NameKey) ?? "", secret.GetAnnotation(UidKey));
        var account = store.Get(ResourceKeys.Of("serviceaccounts", secret.Metadata.NamespaceProperty, name))?.View(Views.Parse<V1ServiceAccount>);
        if (uid is not null && uid != account?.Metadata.Uid)
        {
            ObjectRemoval.Begin(store, stored, clock.GetUtcNow());
        }
        else if (account is not null && (uid is null || secret.Data?.ContainsKey("token") != true || !secret.Data.ContainsKey("ca.crt") || !secret.Data.ContainsKey("namespace")))
        {
            store.Update(stored.Key, document => Fill(document, account));
        }
    }

    private JsonObject Fill(JsonObject secret, V1ServiceAccount account)
    {
        var metadata = (JsonObject)secret["metadata"]!;
        var annotations = (JsonObject)(metadata["annotations"]?.DeepClone() ?? new JsonObject());
        annotations[UidKey] = account.Metadata.Uid;
        metadata["annotations"] = annotations;
        var data = (JsonObject)(secret["data"]?.DeepClone() ?? new JsonObject());
        data["ca.crt"] ??= Encode(caCertificate);
        data["namespace"] ??= Encode(account.Metadata.NamespaceProperty);
        data["token"] ??= Encode(tokens.Issue(new()
        {
            Namespace = account.Metadata.NamespaceProperty,
            Account = account.Metadata.Name,
            AccountUid = account.Metadata.Uid,
            Audiences = [AccountTokens.Issuer],
            IssuedAt = clock.GetUtcNow(),
            ExpiresAt = DateTimeOffset.MaxValue,
            BoundTo = ("secret", (string?)metadata["name"] ?? "", (string?)metadata["uid"] ?? ""),
        }));
        secret["data"] = data;
        return secret;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
