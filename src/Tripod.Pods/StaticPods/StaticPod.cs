using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Status;

namespace Tripod.Pods.StaticPods;

/// <summary>
/// Pods that a file of the node describes, and their mirrors in the API (Kubernetes: Create static Pods). The static pod
/// itself is kept apart from the API's objects, by the uid that its content has; its mirror only shows it. Pure.
/// </summary>
public static class StaticPod
{
    public const string Prefix = "/registry/staticpods/";

    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    private const string HashAnnotation = "kubernetes.io/config.hash", SourceAnnotation = "kubernetes.io/config.source", SeenAnnotation = "kubernetes.io/config.seen";

    /// <summary>Which file it comes from; only on the static pod itself.</summary>
    private const string FileAnnotation = "tripod.dev/static-file";

    private const int UidBytes = 16;

    internal static string Key(string uid) => Prefix + uid;

    internal static bool IsKey(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Clients may write any annotation, but the API gives its pods uids with dashes.</summary>
    internal static bool IsOne(V1Pod pod) => !pod.Metadata.Uid.Contains('-', StringComparison.Ordinal) && Annotation(pod, SourceAnnotation) == "file";

    /// <summary>It shows a static pod; it is not run itself.</summary>
    public static bool IsMirror(V1Pod pod) => Annotation(pod, MirrorAnnotation) is not null;

    /// <summary>Of a mirror the uid of its static pod.</summary>
    public static string? MirrorOf(V1Pod pod) => Annotation(pod, MirrorAnnotation);

    internal static string? FileOf(V1Pod pod) => Annotation(pod, FileAnnotation);

    /// <summary>The pod as the node runs it: its uid follows from content, file and node, so that another content is another pod.</summary>
    internal static JsonObject Make(JsonObject manifest, string file, string nodeName, int priority, DateTimeOffset now)
    {
        var uid = Hash(manifest, file, nodeName);
        var pod = (JsonObject)manifest.DeepClone();
        var (metadata, spec) = (pod["metadata"]!.AsObject(), pod["spec"]!.AsObject());
        metadata["name"] = $"{metadata["name"]}-{nodeName.ToLowerInvariant()}";
        metadata["namespace"] = (string?)metadata["namespace"] is { Length: > 0 } space ? space : "default";
        metadata["uid"] = uid;
        metadata["creationTimestamp"] = ContainerStates.Time(now);
        metadata["generation"] = 1;
        var annotations = metadata["annotations"] as JsonObject ?? [];
        annotations[HashAnnotation] = uid;
        annotations[SourceAnnotation] = "file";
        annotations[SeenAnnotation] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff00Z", System.Globalization.CultureInfo.InvariantCulture);
        annotations[FileAnnotation] = file;
        metadata["annotations"] = annotations.DeepClone();
        spec["nodeName"] = nodeName;
        spec["priority"] = priority;
        spec["preemptionPolicy"] ??= "PreemptLowerPriority";
        var tolerations = spec["tolerations"] as JsonArray ?? [];
        spec["tolerations"] = new JsonArray([.. tolerations.Select(known => known!.DeepClone()), new JsonObject { ["operator"] = "Exists", ["effect"] = "NoExecute" }]);
        pod["status"] = new JsonObject { ["phase"] = "Pending" };
        return pod;
    }

    /// <summary>The API's object that shows a static pod.</summary>
    /// <param name="pod">As <see cref="Make"/> made it, with its status.</param>
    /// <param name="nodeUid">Its owner's.</param>
    /// <param name="now">When it is made.</param>
    internal static JsonObject Mirror(JsonObject pod, string nodeUid, DateTimeOffset now)
    {
        var mirror = (JsonObject)pod.DeepClone();
        var metadata = mirror["metadata"]!.AsObject();
        var annotations = metadata["annotations"]!.AsObject();
        annotations.Remove(FileAnnotation);
        annotations[MirrorAnnotation] = (string?)metadata["uid"];
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ContainerStates.Time(now);
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["name"] = (string?)pod["spec"]!["nodeName"],
            ["uid"] = nodeUid,
            ["controller"] = true,
        });
        foreach (var field in (string[])["deletionTimestamp", "deletionGracePeriodSeconds", "finalizers", "managedFields"])
        {
            metadata.Remove(field);
        }

        return mirror;
    }

    internal static string Hash(JsonObject manifest, string file, string nodeName) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{manifest.ToJsonString()}\nhost:{nodeName}\nfile:{file}"))[..UidBytes]);

    /// <summary>Editors' own files beside the one they write, and hidden ones, describe no pods.</summary>
    internal static bool IsManifest(string fileName) =>
        !fileName.StartsWith('.') && !fileName.EndsWith('~') && !fileName.StartsWith('#')
        && Path.GetExtension(fileName) is not (".tmp" or ".swp" or ".swx" or ".bak" or ".orig" or ".part" or ".dpkg-new" or ".dpkg-old" or ".dpkg-dist");

    private static string? Annotation(V1Pod pod, string name) => pod.Metadata.Annotations?.TryGetValue(name, out var value) == true ? value : null;
}
