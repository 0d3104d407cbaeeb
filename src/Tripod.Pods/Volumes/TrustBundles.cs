using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Tripod.Pods.Cluster;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>The certificates of ClusterTrustBundles, as a clusterTrustBundle source of a projected volume shows them: each once, in an order of no meaning.</summary>
internal static class TrustBundles
{
    public const string Resource = "clustertrustbundles";

    /// <exception cref="VolumeException">There is none, and it is not optional.</exception>
    public static byte[] Of(ObjectStore store, V1ClusterTrustBundleProjection source)
    {
        var bundles = source.Name is { Length: > 0 } name
            ? store.Get(ResourceKeys.Of(Resource, null, name)) is { } found ? [found.View(Views.Parse<V1beta1ClusterTrustBundle>)] : []
            : store.List(ResourceKeys.Prefix(Resource)).Objects.Select(stored => stored.View(Views.Parse<V1beta1ClusterTrustBundle>))
                .Where(bundle => bundle.Spec.SignerName == source.SignerName && source.LabelSelector is not null && LabelMatch.Selects(source.LabelSelector, bundle.Metadata.Labels))
                .ToList();
        if (bundles.Count == 0 && source.Optional != true)
        {
            throw new VolumeException(source.Name is { Length: > 0 }
                ? $"clustertrustbundle \"{source.Name}\" not found"
                : "combination of signerName and labelSelector matched zero ClusterTrustBundles");
        }

        var text = new StringBuilder();
        foreach (var anchor in bundles.SelectMany(bundle => Anchors(bundle.Spec.TrustBundle)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            text.Append(PemEncoding.Write("CERTIFICATE", Convert.FromBase64String(anchor))).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static bool AreShownTo(V1PodSpec spec) =>
        spec.Volumes?.Any(volume => volume.Projected?.Sources?.Any(source => source.ClusterTrustBundle is not null) == true) == true;

    /// <summary>Without line breaks, so that the same certificate is the same text.</summary>
    private static IReadOnlyList<string> Anchors(string text)
    {
        var anchors = new List<string>();
        for (ReadOnlySpan<char> rest = text; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            anchors.Add(Convert.ToBase64String(Convert.FromBase64String(rest[found.Base64Data].ToString())));
        }

        return anchors;
    }
}
