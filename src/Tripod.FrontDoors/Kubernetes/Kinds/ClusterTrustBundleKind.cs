using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Certificates of authorities, which pods see by a clusterTrustBundle source of a projected volume.</summary>
internal static class ClusterTrustBundleKind
{
    public static ServedKind Row { get; } = new()
    {
        Group = "certificates.k8s.io",
        Version = "v1beta1",
        Kind = "ClusterTrustBundle",
        Plural = "clustertrustbundles",
        Singular = "clustertrustbundle",
        Namespaced = false,
        Columns = [TableColumn.ObjectName, new("SignerName", "whose certificates they are")],
        Row = (bundle, _) => [bundle.Text("metadata", "name"), bundle.Text("spec", "signerName") is { Length: > 0 } signer ? signer : "<none>"],
        Selectable = new Dictionary<string, Func<System.Text.Json.JsonElement, string>> { ["spec.signerName"] = bundle => bundle.Text("spec", "signerName") },
    };
}
