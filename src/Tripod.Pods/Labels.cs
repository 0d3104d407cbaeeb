namespace Tripod.Pods;

/// <summary>The labels and annotations by which sandboxes and containers are found again; the first four are the kubelet's own.</summary>
internal static class Labels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    /// <summary>Set on what this engine runs for its own API, so that pods of a kubelet behind the CRI door are left alone.</summary>
    public const string Owner = "tripod.dev/owner";
    public const string OwnerValue = "pods";

    /// <summary>The image as the pod's spec named it when the container was made: another one there means a restart.</summary>
    public const string SpecImage = "tripod.dev/spec-image";

    /// <summary>The image by the digest of its manifest, as its registry knows it; by its id where it came from none.</summary>
    public const string ImageDigest = "tripod.dev/image-digest";

    /// <summary>How often in a row the container had been restarted when this one was made (see <see cref="Planning.RestartBackoff"/>).</summary>
    public const string Restarts = "tripod.dev/restarts-in-a-row";
}
