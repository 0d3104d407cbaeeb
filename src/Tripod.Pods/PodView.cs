using k8s;
using k8s.Models;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>A pod at one revision: the stored document and the typed snapshot that is made of it once and shared.</summary>
public sealed class PodView(StoredObject stored)
{
    public StoredObject Stored { get; } = stored;
    public V1Pod Object { get; } = stored.View(Views.Parse<V1Pod>);
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
