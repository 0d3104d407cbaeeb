using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>What the engine asks a signer for when a pod has a podCertificate source; a signer writes the certificate into its status.</summary>
internal static class PodCertificateRequestKind
{
    public static ServedKind Row { get; } = new()
    {
        Group = "certificates.k8s.io",
        Version = "v1beta1",
        Kind = "PodCertificateRequest",
        Plural = "podcertificaterequests",
        Singular = "podcertificaterequest",
        Subresources = [new("status", "PodCertificateRequest", Verbs.Status)],
        Columns =
        [
            TableColumn.ObjectName,
            new("PodName", "the pod that shall have it"),
            new("ServiceAccountName", "as whom the pod runs"),
            new("NodeName", "where it runs"),
            new("SignerName", "who is asked"),
            new("State", "what came of it"),
        ],
        Row = (request, _) =>
        [
            request.Text("metadata", "name"),
            request.Text("spec", "podName"),
            request.Text("spec", "serviceAccountName"),
            request.Text("spec", "nodeName"),
            request.Text("spec", "signerName"),
            State(request),
        ],
        Selectable = new Dictionary<string, Func<JsonElement, string>>
        {
            ["spec.signerName"] = request => request.Text("spec", "signerName"),
            ["spec.podName"] = request => request.Text("spec", "podName"),
            ["spec.nodeName"] = request => request.Text("spec", "nodeName"),
        },
    };

    private static string State(JsonElement request) =>
        request.Items("status", "conditions").Select(condition => condition.Text("type")).FirstOrDefault(type => type is "Denied" or "Failed")
        ?? (request.Text("status", "certificateChain").Length > 0 ? "Issued" : "Pending");
}
