using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.References;
using Tripod.Store;

namespace Tripod.Pods.Starting.Credentials;

/// <summary>A pod's imagePullSecrets, its own or those that its ServiceAccount gave it, as credentials for one image.</summary>
internal sealed class PullSecrets(ObjectStore store, EventRecorder events)
{
    /// <returns>To be tried in turn, those of the longest key first; none: the registry is asked as by a stranger.</returns>
    public IReadOnlyList<RegistryCredentials> For(PodView pod, string image)
    {
        var names = (pod.Spec.ImagePullSecrets ?? []).Select(reference => reference.Name).Where(name => !string.IsNullOrEmpty(name)).ToList();
        if (names.Count == 0 || ImageReference.TryParse(image) is not { } reference)
        {
            return [];
        }

        var secrets = names.Select(name => (Name: name, Secret: store.Get(ResourceKeys.Secret(pod.Namespace, name)))).ToList();
        if (secrets.Where(each => each.Secret is null).Select(each => each.Name).ToList() is { Count: > 0 } missing)
        {
            events.Warning(
                EventTarget.Of(pod), "FailedToRetrieveImagePullSecret",
                $"Unable to retrieve some image pull secrets ({string.Join(", ", missing)}); attempting to pull the image may not succeed.");
        }

        return
        [
            .. secrets.Where(each => each.Secret is not null)
                .SelectMany(each => DockerConfigJson.Parse(each.Secret!.View(Views.Parse<V1Secret>).Data ?? new Dictionary<string, byte[]>()))
                .Where(entry => RegistryMatch.IsFor(entry.Key, reference.Host, reference.Repository))
                .OrderByDescending(entry => entry.Key.Length)
                .Select(entry => entry.Credentials)
                .Distinct(),
        ];
    }
}
