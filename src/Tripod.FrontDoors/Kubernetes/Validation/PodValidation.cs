using System.Text.Json.Nodes;
using Tripod.Pods.StaticPods;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Whether a pod, its defaults filled in, can be stored; in Kubernetes' words.</summary>
public static class PodValidation
{
    public static IReadOnlyList<FieldError> Validate(JsonObject pod)
    {
        var errors = new FieldErrors();
        MetadataValidation.Validate(pod, "Pod", errors);
        var spec = pod.Map("spec") ?? [];
        ValidateSpec(spec, "spec", errors);
        if (pod.Map("metadata").Map("annotations").Text(StaticPod.MirrorAnnotation) is not null && spec.Text("nodeName") is null or { Length: 0 })
        {
            errors.Add(FieldError.Invalid(
                $"metadata.annotations[{StaticPod.MirrorAnnotation}]", "", "must set spec.nodeName if mirror pod annotation is set"));
        }
        if (spec.List("ephemeralContainers") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden("spec.ephemeralContainers", "cannot be set on create"));
        }
        return errors.All;
    }

    /// <param name="old">As stored.</param>
    /// <param name="changed">As it shall be stored, defaults filled in.</param>
    public static IReadOnlyList<FieldError> ValidateUpdate(JsonObject old, JsonObject changed)
    {
        var errors = new FieldErrors();
        MetadataValidation.Validate(changed, "Pod", errors);
        MetadataValidation.ValidateUpdate(old, changed, errors);
        ValidateSpec(changed.Map("spec") ?? [], "spec", errors);
        PodUpdateValidation.Validate(old, changed, errors);
        return errors.All;
    }

    /// <summary>What holds for the pod templates of controllers too.</summary>
    internal static void ValidateSpec(JsonObject spec, string path, FieldErrors errors)
    {
        var volumes = VolumeValidation.Validate(spec, $"{path}.volumes", errors);
        PodContainersValidation.Validate(spec, path, volumes, errors);
        PodResourcesValidation.Validate(spec, path, errors);
        if (spec.Text("restartPolicy") is null or "")
        {
            errors.Add(FieldError.Required($"{path}.restartPolicy"));
        }
        errors.OneOf(spec, "restartPolicy", path, "Always", "OnFailure", "Never");
        errors.InRange(spec, "activeDeadlineSeconds", path, 1, int.MaxValue);
        errors.OneOf(spec, "preemptionPolicy", path, "PreemptLowerPriority", "Never");
        ValidateNames(spec, path, errors);
        DnsValidation.Validate(spec, path, errors);
        SecurityValidation.ValidatePod(spec, path, errors);
        SchedulingValidation.Validate(spec, path, errors);
        OperatingSystemValidation.Validate(spec, path, errors);
        UnservedFieldValidation.Validate(spec, path, errors);
        var index = 0;
        foreach (var alias in spec.Maps("hostAliases"))
        {
            var here = $"{path}.hostAliases[{index++}]";
            errors.Invalid($"{here}.ip", alias.Text("ip") ?? "", NameRules.Address(alias.Text("ip") ?? ""));
            foreach (var name in alias.Texts("hostnames"))
            {
                errors.Invalid($"{here}.hostnames", name, NameRules.Subdomain(name));
            }
        }
    }

    private static void ValidateWholeName(JsonObject spec, string path, FieldErrors errors)
    {
        const int most = 64;
        if (spec.Text("hostnameOverride") is not { } whole)
        {
            return;
        }
        if (whole.Length > most)
        {
            errors.Add(FieldError.TooLong($"{path}.hostnameOverride", most));
        }
        if (spec.Flag("hostNetwork") == true)
        {
            errors.Add(FieldError.Forbidden($"{path}.hostnameOverride", "may not be specified when hostNetwork is true"));
        }
        if (spec.Flag("setHostnameAsFQDN") == true)
        {
            errors.Add(FieldError.Forbidden($"{path}.hostnameOverride", "may not be specified when setHostnameAsFQDN is true"));
        }
    }

    private static void ValidateNames(JsonObject spec, string path, FieldErrors errors)
    {
        foreach (var name in (string[])["nodeName", "serviceAccountName", "priorityClassName", "runtimeClassName", "hostnameOverride"])
        {
            if (spec.Text(name) is { Length: > 0 } value)
            {
                errors.Invalid($"{path}.{name}", value, NameRules.Subdomain(value));
            }
        }
        ValidateWholeName(spec, path, errors);
        foreach (var name in (string[])["hostname", "subdomain"])
        {
            if (spec.Text(name) is { Length: > 0 } value)
            {
                errors.Invalid($"{path}.{name}", value, NameRules.Label(value));
            }
        }
    }
}
