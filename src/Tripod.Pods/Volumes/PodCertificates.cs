using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Cluster;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>
/// Certificates for pods (KEP-4317): a key is made here, a signer is asked by a PodCertificateRequest, and what it issues is
/// shown with the key until its time to be renewed. Keys whose certificate has not come yet live in memory alone: an engine
/// that starts anew asks anew.
/// </summary>
internal sealed class PodCertificates(ObjectStore store, TimeProvider clock)
{
    public const string Resource = "podcertificaterequests";

    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Uid, string Volume, int Source), (PodCertificateKey Key, string Request)> asked = new();

    /// <param name="place">The volume's name, and which of its sources this is.</param>
    /// <param name="shown">Key and chain that the pod sees now, PEM; null where it sees none.</param>
    /// <returns>What it is to see, and when to look again.</returns>
    /// <exception cref="VolumeException">It is not issued yet, or never will be.</exception>
    public (string Key, string Chain, DateTimeOffset Again) Of(PodView pod, (string Volume, int Source) place, V1PodCertificateProjection source, (string Key, string Chain)? shown)
    {
        var now = clock.GetUtcNow();
        var life = shown is { } seen ? LifeOf(seen.Chain) : null;
        if (shown is { } fresh && life is { } begun && now < begun.RefreshAt)
        {
            return (fresh.Key, fresh.Chain, begun.RefreshAt);
        }

        var slot = (pod.Uid, place.Volume, place.Source);
        try
        {
            var (key, request) = asked.GetOrAdd(slot, _ => Ask(pod, source));
            if (store.Get(ResourceKeys.Of(Resource, pod.Namespace, request))?.View(Views.Parse<V1beta1PodCertificateRequest>) is not { } answer)
            {
                asked.TryRemove(slot, out _);
                throw new VolumeException($"PodCertificateRequest {request} has been deleted");
            }

            if (answer.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "Denied" or "Failed", Status: "True" }) is { } no)
            {
                throw new VolumeException(no.Type == "Denied"
                    ? $"PodCertificateRequest was permanently denied: reason=\"{no.Reason}\" message=\"{no.Message}\""
                    : $"PodCertificateRequest failed: reason=\"{no.Reason}\" message=\"{no.Message}\"");
            }

            if (answer.Status?.CertificateChain is not { Length: > 0 } chain)
            {
                throw new VolumeException("credential bundle is not issued yet");
            }

            asked.TryRemove(slot, out _);
            var again = answer.Status.BeginRefreshAt is { } given ? new DateTimeOffset(DateTime.SpecifyKind(given, DateTimeKind.Utc)) : LifeOf(chain)?.RefreshAt ?? now + Retry;
            return (key.PrivateKey, chain, again > now ? again : now + Retry);
        }
        catch (VolumeException) when (shown is not null && life is { } running && now < running.End)
        {
            // Better an old one that is good than none.
            return (shown.Value.Key, shown.Value.Chain, now + Retry);
        }
    }

    public void Forget(string uid)
    {
        foreach (var slot in asked.Keys.Where(slot => slot.Uid == uid))
        {
            asked.TryRemove(slot, out _);
        }
    }

    private (PodCertificateKey, string) Ask(PodView pod, V1PodCertificateProjection source)
    {
        var key = PodCertificateKey.Make(source.KeyType, pod.Uid);
        var account = store.Get(ResourceKeys.Of("serviceaccounts", pod.Namespace, pod.Spec.ServiceAccountName ?? "default"))?.View(Views.Parse<V1ServiceAccount>)
            ?? throw new VolumeException($"serviceaccounts \"{pod.Spec.ServiceAccountName}\" not found");
        var name = $"req-{Guid.NewGuid():n}"[..20];
        var request = NewObject.Make("PodCertificateRequest", pod.Namespace, name, clock.GetUtcNow());
        request["apiVersion"] = "certificates.k8s.io/v1beta1";
        request["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = pod.Name, ["uid"] = pod.Uid });
        request["spec"] = new JsonObject
        {
            ["signerName"] = source.SignerName,
            ["podName"] = pod.Name,
            ["podUID"] = pod.Uid,
            ["serviceAccountName"] = account.Metadata.Name,
            ["serviceAccountUID"] = account.Metadata.Uid,
            ["nodeName"] = pod.Spec.NodeName,
            ["nodeUID"] = store.Get(ResourceKeys.Of("nodes", null, pod.Spec.NodeName ?? ""))?.View(Views.Parse<V1Node>).Metadata.Uid,
            ["maxExpirationSeconds"] = source.MaxExpirationSeconds ?? 86400,
            ["pkixPublicKey"] = Convert.ToBase64String(key.PublicKey),
            ["proofOfPossession"] = Convert.ToBase64String(key.Proof),
        };
        if (source.UserAnnotations is { Count: > 0 } annotations)
        {
            request["spec"]!["unverifiedUserAnnotations"] = new JsonObject(annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }

        store.Create(ResourceKeys.Of(Resource, pod.Namespace, name), request);
        return (key, name);
    }

    /// <summary>Where the signer's word is not known any more, a certificate is renewed when a fifth of its life is left.</summary>
    private static (DateTimeOffset RefreshAt, DateTimeOffset End)? LifeOf(string chain)
    {
        try
        {
            using var first = X509Certificate2.CreateFromPem(chain);
            var (begin, end) = (new DateTimeOffset(first.NotBefore), new DateTimeOffset(first.NotAfter));
            return (begin + ((end - begin) * 0.8), end);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
