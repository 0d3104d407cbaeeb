using System.Text;
using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Volumes;
using Tripod.Store;

namespace Tripod.Pods.Starting;

/// <summary>
/// A container's environment from its spec and what that refers to, in the order in which Kubernetes sets it: the API's
/// address, envFrom, env. Called by <see cref="ContainerConfigs"/>.
/// </summary>
internal sealed class ContainerEnvironment(ObjectStore store, PodVolumes volumes, EventRecorder events, PodEngineOptions options)
{
    /// <exception cref="ContainerProblem">Something referred to is not there.</exception>
    public Dictionary<string, string> Of(PodView pod, PodContainer container)
    {
        var services = ApiVariables.Of(options.ApiAddress);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.Spec.EnvFrom ?? [])
        {
            AddAll(values, pod, container, source);
        }

        foreach (var variable in container.Spec.Env ?? [])
        {
            if (variable.ValueFrom is null)
            {
                values[variable.Name] = Expansion.Expand(variable.Value ?? "", name => values.GetValueOrDefault(name) ?? services.GetValueOrDefault(name));
            }
            else if (Value(pod, container.Spec, variable.ValueFrom) is { } value)
            {
                values[variable.Name] = value;
            }
        }

        foreach (var (name, value) in services)
        {
            values.TryAdd(name, value);
        }

        return values;
    }

    private void AddAll(Dictionary<string, string> values, PodView pod, PodContainer container, V1EnvFromSource source)
    {
        var (kind, name, data) = source.ConfigMapRef is { } configMap ? ("configMap", configMap.Name, ConfigMap(pod, configMap.Name, configMap.Optional))
            : source.SecretRef is { } secret ? ("secret", secret.Name, Secret(pod, secret.Name, secret.Optional))
            : ("", "", []);
        var invalid = new List<string>();
        foreach (var (key, value) in data)
        {
            var variable = source.Prefix + key;
            if (IsName(variable))
            {
                values[variable] = value;
            }
            else
            {
                invalid.Add(variable);
            }
        }

        if (invalid.Count > 0)
        {
            invalid.Sort(StringComparer.Ordinal);
            events.Warning(
                EventTarget.Of(pod, container), "InvalidEnvironmentVariableNames",
                $"Keys [{string.Join(", ", invalid)}] from the EnvFrom {kind} {pod.Namespace}/{name} were skipped since they are considered invalid environment variable names.");
        }
    }

    private string? Value(PodView pod, V1Container container, V1EnvVarSource source) =>
        source.FieldRef is { } field ? DownwardApi.Field(pod, field.FieldPath)
        : source.ResourceFieldRef is { } resource ? DownwardApi.Resource(pod, resource, resource.ContainerName is { Length: > 0 } named ? named : container.Name, options.Root)
        : source.ConfigMapKeyRef is { } configKey ? Key(ConfigMap(pod, configKey.Name, configKey.Optional), configKey.Key, configKey.Optional, $"ConfigMap {pod.Namespace}/{configKey.Name}")
        : source.SecretKeyRef is { } secretKey ? Key(Secret(pod, secretKey.Name, secretKey.Optional), secretKey.Key, secretKey.Optional, $"Secret {pod.Namespace}/{secretKey.Name}")
        : source.FileKeyRef is { } file ? EnvironmentFile.Read(volumes, pod, file)
        : throw Problem("env valueFrom names no source: give it fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef or fileKeyRef");

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

    /// <summary>Any printable ASCII but <c>=</c> (Kubernetes: relaxed environment variable validation).</summary>
    private static bool IsName(string name) => name.Length > 0 && name.All(letter => letter is >= ' ' and <= '~' and not '=');

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}
