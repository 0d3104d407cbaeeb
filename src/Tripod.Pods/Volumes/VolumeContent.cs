using System.Text;
using k8s.Models;
using Tripod.Pods.Accounts;
using Tripod.Pods.Starting;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>The files of ConfigMap, Secret, downward API and projected volumes, as the store has them now.</summary>
internal sealed class VolumeContent(ObjectStore store, AccountTokens tokens, string root, TimeProvider clock)
{
    private readonly PodCertificates certificates = new(store, clock);

    /// <param name="folder">Where the volume stands: a token that is there and has time left is kept.</param>
    /// <returns>The files, and when a token among them has to be renewed; null for a volume of another kind.</returns>
    public (Dictionary<string, VolumeFile> Files, DateTimeOffset? Again)? Of(PodView pod, V1Volume volume, string folder)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        DateTimeOffset? again = null;
        if (volume.ConfigMap is { } configMap)
        {
            AddConfigMap(files, pod, configMap.Name, configMap.Optional, configMap.Items, configMap.DefaultMode);
        }
        else if (volume.Secret is { } secret)
        {
            AddSecret(files, pod, secret.SecretName, secret.Optional, secret.Items, secret.DefaultMode);
        }
        else if (volume.DownwardAPI is { } downward)
        {
            AddDownward(files, pod, downward.Items, downward.DefaultMode);
        }
        else if (volume.Projected is { } projected)
        {
            foreach (var (index, source) in (projected.Sources ?? []).Index())
            {
                if (source.PodCertificate is { } certificate)
                {
                    var renewed = AddCertificate(files, pod, certificate, (volume.Name, index), folder, projected.DefaultMode);
                    again = again is null || renewed < again ? renewed : again;
                    continue;
                }

                if (source.ServiceAccountToken is { } token)
                {
                    var (file, renewed) = Token(pod, token, folder, projected.DefaultMode);
                    files[Safe(token.Path)] = file;
                    again = again is null || renewed < again ? renewed : again;
                }
                else
                {
                    AddProjected(files, pod, source, projected.DefaultMode);
                }
            }
        }
        else
        {
            return null;
        }

        return (files, again);
    }

    /// <summary>Renewed when a fifth of its life is left, or after a day.</summary>
    private (VolumeFile File, DateTimeOffset Again) Token(PodView pod, V1ServiceAccountTokenProjection source, string folder, int? mode)
    {
        var user = AccountTokens.UserOf(pod.Spec);
        // Another group than the user's comes in by fsGroup, which lets it read.
        var bits = user is not null || pod.Spec.SecurityContext?.FsGroup is not null ? (UnixFileMode)0x180 : VolumeFile.ModeOf(null, mode);
        var path = Path.Combine(folder, source.Path);
        if (File.Exists(path) && AccountTokens.RenewAt(File.ReadAllText(path)) is { } due && due > clock.GetUtcNow())
        {
            return (new(File.ReadAllBytes(path), bits, user), due);
        }

        var issued = tokens.IssueForPod(pod, source.Audience, TimeSpan.FromSeconds(source.ExpirationSeconds ?? 3600));
        return (new(Encoding.UTF8.GetBytes(issued), bits, user), AccountTokens.RenewAt(issued)!.Value);
    }

    /// <summary>Of a pod that has gone.</summary>
    public void Forget(string uid) => certificates.Forget(uid);

    /// <summary>Key and chain in one file, or each in its own; owned and read as tokens are.</summary>
    /// <returns>When to look again.</returns>
    private DateTimeOffset AddCertificate(Dictionary<string, VolumeFile> files, PodView pod, V1PodCertificateProjection source, (string, int) place, string folder, int? mode)
    {
        var (key, chain, again) = certificates.Of(pod, place, source, Shown(source, folder));
        var user = AccountTokens.UserOf(pod.Spec);
        var bits = user is not null || pod.Spec.SecurityContext?.FsGroup is not null ? (UnixFileMode)0x180 : VolumeFile.ModeOf(null, mode);
        foreach (var (path, text) in ((string?, string)[])[(source.CredentialBundlePath, key + chain), (source.KeyPath, key), (source.CertificateChainPath, chain)])
        {
            if (path is { Length: > 0 })
            {
                files[Safe(path)] = new(Encoding.UTF8.GetBytes(text), bits, user);
            }
        }

        return again;
    }

    private static (string Key, string Chain)? Shown(V1PodCertificateProjection source, string folder)
    {
        string? Read(string? path) => path is { Length: > 0 } && Path.Combine(folder, path) is var file && File.Exists(file) ? File.ReadAllText(file) : null;

        return Read(source.CredentialBundlePath) is { } bundle && bundle.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal) is > 0 and var at ? (bundle[..at], bundle[at..])
            : (Read(source.KeyPath), Read(source.CertificateChainPath)) is ({ } key, { } chain) ? (key, chain)
            : null;
    }

    private void AddProjected(Dictionary<string, VolumeFile> files, PodView pod, V1VolumeProjection source, int? mode)
    {
        if (source.ConfigMap is { } configMap)
        {
            AddConfigMap(files, pod, configMap.Name, configMap.Optional, configMap.Items, mode);
        }
        else if (source.Secret is { } secret)
        {
            AddSecret(files, pod, secret.Name, secret.Optional, secret.Items, mode);
        }
        else if (source.DownwardAPI is { } downward)
        {
            AddDownward(files, pod, downward.Items, mode);
        }
        else if (source.ClusterTrustBundle is { } bundle)
        {
            files[Safe(bundle.Path)] = new(TrustBundles.Of(store, bundle), VolumeFile.ModeOf(null, mode));
        }
        else
        {
            throw new VolumeException("projected source of a kind that this version does not know: use configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle or podCertificate");
        }
    }

    private void AddConfigMap(Dictionary<string, VolumeFile> files, PodView pod, string name, bool? optional, IList<V1KeyToPath>? items, int? mode)
    {
        if (store.Get(ResourceKeys.ConfigMap(pod.Namespace, name))?.View(Views.Parse<V1ConfigMap>) is not { } found)
        {
            Missing(optional, $"configmap \"{name}\" not found");
            return;
        }

        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, text) in found.Data ?? new Dictionary<string, string>())
        {
            data[key] = Encoding.UTF8.GetBytes(text);
        }

        foreach (var (key, bytes) in found.BinaryData ?? new Dictionary<string, byte[]>())
        {
            data[key] = bytes;
        }

        Add(files, data, items, mode, optional, $"configmap references non-existent config key: ");
    }

    private void AddSecret(Dictionary<string, VolumeFile> files, PodView pod, string name, bool? optional, IList<V1KeyToPath>? items, int? mode)
    {
        if (store.Get(ResourceKeys.Secret(pod.Namespace, name))?.View(Views.Parse<V1Secret>) is not { } found)
        {
            Missing(optional, $"secret \"{name}\" not found");
            return;
        }

        Add(files, found.Data ?? new Dictionary<string, byte[]>(), items, mode, optional, "references non-existent secret key: ");
    }

    private void AddDownward(Dictionary<string, VolumeFile> files, PodView pod, IList<V1DownwardAPIVolumeFile>? items, int? mode)
    {
        foreach (var item in items ?? [])
        {
            var text = item.FieldRef is { } field ? DownwardApi.Field(pod, field.FieldPath)
                : item.ResourceFieldRef is { } resource ? DownwardApi.Resource(pod, resource, resource.ContainerName, root)
                : throw new VolumeException($"downwardAPI item {item.Path} has neither fieldRef nor resourceFieldRef");
            files[Safe(item.Path)] = new(Encoding.UTF8.GetBytes(text), VolumeFile.ModeOf(item.Mode, mode));
        }
    }

    private static void Add(
        Dictionary<string, VolumeFile> files, IDictionary<string, byte[]> data, IList<V1KeyToPath>? items, int? mode, bool? optional, string missing)
    {
        if (items is not { Count: > 0 })
        {
            foreach (var (key, bytes) in data)
            {
                files[Safe(key)] = new(bytes, VolumeFile.ModeOf(null, mode));
            }

            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var bytes))
            {
                files[Safe(item.Path)] = new(bytes, VolumeFile.ModeOf(item.Mode, mode));
            }
            else
            {
                Missing(optional, missing + item.Key);
            }
        }
    }

    private static void Missing(bool? optional, string message)
    {
        if (optional != true)
        {
            throw new VolumeException(message);
        }
    }

    /// <summary>A path from a manifest stays below its volume, and leaves the names with two dots to the swap.</summary>
    private static string Safe(string path) =>
        path.Length > 0 && !Path.IsPathRooted(path) && !path.Split('/').Contains("..") && !path.StartsWith("..", StringComparison.Ordinal)
            ? path
            : throw new VolumeException($"path {path} must be relative, and must not hold or start with '..'");
}
