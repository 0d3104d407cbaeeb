using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Pods.StaticPods;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>Understands a file that describes a static pod, as the kubelet does: YAML or JSON, one pod, nothing of the API's. Pure.</summary>
public static class StaticManifest
{
    /// <exception cref="ManifestException">What is wrong with it.</exception>
    public static PodManifest Read(string text)
    {
        try
        {
            if (YamlDocuments.Read(text) is not [var document])
            {
                throw new ManifestException("a file describes one pod: put each into a file of its own");
            }

            if (document.Text("kind") is null or "")
            {
                throw new ManifestException("Object 'Kind' is missing: it must say kind: Pod");
            }

            var decoded = RequestBody.Check(document, SchemaRegistry.Find("v1", "Pod")!, FieldValidation.Warn, []);
            var pod = decoded.Object;
            pod.Remove("status");
            PodDefaults.ApplyToSpec(pod.MapOrNew("spec"));
            Check(pod);
            return new(pod, decoded.Warnings);
        }
        catch (YamlFault fault)
        {
            throw new ManifestException(fault.Message, fault);
        }
        catch (ApiException fault)
        {
            throw new ManifestException(fault.Message, fault);
        }
    }

    private static void Check(JsonObject pod)
    {
        if (pod.Map("metadata").Text("name") is null or "")
        {
            throw new ManifestException("metadata.name: Required value: a static pod needs a name of its own");
        }

        if (Reference(pod.Map("spec") ?? []) is { } resource)
        {
            throw new ManifestException($"static pods may not reference {resource}: they run without the API");
        }

        if (PodValidation.Validate(pod) is { Count: > 0 } errors)
        {
            throw new ManifestException($"invalid pod: {string.Join(", ", errors)}");
        }
    }

    /// <summary>The resource of the first object of the API that the pod would need; null where it needs none.</summary>
    private static string? Reference(JsonObject spec)
    {
        var volumes = spec.Maps("volumes").Concat(spec.Maps("volumes").SelectMany(volume => volume.Map("projected").Maps("sources"))).ToList();
        var containers = spec.Maps("initContainers").Concat(spec.Maps("containers")).ToList();
        var variables = containers.SelectMany(container => container.Maps("env")).Select(variable => variable.Map("valueFrom")).ToList();
        var wholes = containers.SelectMany(container => container.Maps("envFrom")).ToList();
        return spec.Text("serviceAccountName") is { Length: > 0 } || spec.Text("serviceAccount") is { Length: > 0 } || volumes.Exists(volume => volume.Map("serviceAccountToken") is not null) ? "serviceaccounts"
            : spec.List("imagePullSecrets") is { Count: > 0 } || volumes.Exists(volume => volume.Map("secret") is not null) || variables.Exists(source => source.Map("secretKeyRef") is not null) || wholes.Exists(source => source.Map("secretRef") is not null) ? "secrets"
            : volumes.Exists(volume => volume.Map("configMap") is not null) || variables.Exists(source => source.Map("configMapKeyRef") is not null) || wholes.Exists(source => source.Map("configMapRef") is not null) ? "configmaps"
            : volumes.Exists(volume => volume.Map("persistentVolumeClaim") is not null || volume.Map("ephemeral") is not null) ? "persistentvolumeclaims"
            : volumes.Exists(volume => volume.Map("clusterTrustBundle") is not null) ? "clustertrustbundles"
            : volumes.Exists(volume => volume.Map("podCertificate") is not null) ? "podcertificaterequests"
            : spec.List("resourceClaims") is { Count: > 0 } ? "resourceclaims"
            : null;
    }
}
