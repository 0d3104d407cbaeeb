using k8s;
using k8s.Models;
using Tripod.Pods.Resizing;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>A pod at one revision: the stored document and the typed snapshot that is made of it once and shared.</summary>
public sealed class PodView
{
    public PodView(StoredObject stored)
        : this(stored, granted: null)
    {
    }

    /// <param name="stored">As clients wrote it.</param>
    /// <param name="granted">What the node has granted it; null: all that it asks for.</param>
    internal PodView(StoredObject stored, PodAllocation? granted)
    {
        (Stored, Desired) = (stored, stored.View(Views.Parse<V1Pod>));
        WaitsForResize = granted?.Is(Desired.Spec) == false;
        Object = WaitsForResize ? granted!.Granted(stored) : Desired;
    }

    public StoredObject Stored { get; }

    /// <summary>The pod, its containers with the resources that they have been granted.</summary>
    public V1Pod Object { get; }

    /// <summary>The same with the resources that are asked for now.</summary>
    public V1Pod Desired { get; }

    /// <summary>It asks for other resources than it has been granted.</summary>
    public bool WaitsForResize { get; }
    public string Key => Stored.Key;
    public string Uid => Object.Metadata.Uid;
    public string Name => Object.Metadata.Name;
    public string Namespace => Object.Metadata.NamespaceProperty;
    public V1PodSpec Spec => Object.Spec;

    /// <summary>Of all lists: init containers first, then the app's, then ephemeral ones.</summary>
    internal IReadOnlyList<PodContainer> Containers => field ??= PodContainer.AllOf(Spec);

    internal IEnumerable<PodContainer> Apps => Containers.Where(container => container.Role == ContainerRole.App);

    internal IEnumerable<PodContainer> Inits => Containers.Where(container => container.Role is ContainerRole.Init or ContainerRole.Sidecar);

    /// <summary>As the kubelet writes a pod in its messages: <c>ghost_default(UID)</c>.</summary>
    public string Described => $"{Name}_{Namespace}({Uid})";

    public bool IsTerminal => Object.Status?.Phase is "Succeeded" or "Failed";

    public bool IsDeleted => Object.Metadata.DeletionTimestamp is not null;

    public TimeSpan Grace => TimeSpan.FromSeconds(Spec.TerminationGracePeriodSeconds ?? 30);

    public TimeSpan DeletionGrace => Object.Metadata.DeletionGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Grace;
}

/// <summary>Typed, read-only snapshots of stored documents.</summary>
public static class Views
{
    public static T Parse<T>(ReadOnlyMemory<byte> document)
        where T : class
    {
        using var stream = new MemoryStream(document.ToArray(), writable: false);
        return KubernetesJson.Deserialize<T>(stream);
    }
}
