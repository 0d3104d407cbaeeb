using System.Text;
using k8s.Models;
using Tripod.Store;

namespace Tripod.Pods.Starting;

/// <summary>A container's environment from its spec and what that refers to, in the order in which Kubernetes sets it.</summary>
internal sealed class ContainerEnvironment(ObjectStore store)
{
    /// <exception cref="ContainerProblem">Something referred to is not there.</exception>
    public Dictionary<string, string> Of(PodView pod, V1Container container)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.EnvFrom ?? [])
        {
            foreach (var (key, value) in From(pod, source))
            {
                values[source.Prefix + key] = value;
            }
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom is null)
            {
                values[variable.Name] = Expansion.Expand(variable.Value ?? "", values);
            }
            else if (Value(pod, container, variable.ValueFrom) is { } value)
            {
                values[variable.Name] = value;
            }
        }

        return values;
    }

    private Dictionary<string, string> From(PodView pod, V1EnvFromSource source) =>
        source.ConfigMapRef is { } configMap ? ConfigMap(pod, configMap.Name, configMap.Optional)
        : source.SecretRef is { } secret ? Secret(pod, secret.Name, secret.Optional)
        : [];

    private string? Value(PodView pod, V1Container container, V1EnvVarSource source) =>
        source.FieldRef is { } field ? DownwardApi.Field(pod, field.FieldPath)
        : source.ResourceFieldRef is { } resource ? DownwardApi.Resource(pod, resource, resource.ContainerName is { Length: > 0 } named ? named : container.Name)
        : source.ConfigMapKeyRef is { } configKey ? Key(ConfigMap(pod, configKey.Name, configKey.Optional), configKey.Key, configKey.Optional, $"ConfigMap {pod.Namespace}/{configKey.Name}")
        : source.SecretKeyRef is { } secretKey ? Key(Secret(pod, secretKey.Name, secretKey.Optional), secretKey.Key, secretKey.Optional, $"Secret {pod.Namespace}/{secretKey.Name}")
        : throw Problem("this env valueFrom is not served; fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef are");

    private Dictionary<string, string> ConfigMap(PodView pod, string name, bool? optional) =>
        store.Get(ResourceKeys.ConfigMap(pod.Namespace, name))?.View(Views.Parse<V1ConfigMap>) is { } found
            ? new(found.Data ?? new Dictionary<string, string>(), StringComparer.Ordinal)
            : optional == true ? [] : throw Problem($"configmap \"{name}\" not found");

    private Dictionary<string, string> Secret(PodView pod, string name, bool? optional) =>
        store.Get(ResourceKeys.Secret(pod.Namespace, name))?.View(Views.Parse<V1Secret>) is { } found
            ? (found.Data ?? new Dictionary<string, byte[]>()).ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value), StringComparer.Ordinal)
            : optional == true ? [] : throw Problem($"secret \"{name}\" not found");

    private static string? Key(Dictionary<string, string> data, string key, bool? optional, string owner) =>
        data.TryGetValue(key, out var value) ? value
        : optional == true ? null
        : throw Problem($"couldn't find key {key} in {owner}");

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}
