using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Claims, volumes and classes.</summary>
internal static class StorageValidation
{
    private static readonly string[] NotSources =
        ["capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions", "volumeMode", "nodeAffinity", "volumeAttributesClassName"];

    public static void ValidateClaim(JsonObject claim, FieldErrors errors) => ValidateClaimSpec(claim.Map("spec") ?? [], "spec", errors);

    /// <summary>Also of a claim's template in a pod.</summary>
    public static void ValidateClaimSpec(JsonObject spec, string path, FieldErrors errors)
    {
        ValidateModes(spec, path, errors);
        errors.OneOf(spec, "volumeMode", path, "Block", "Filesystem");
        if (spec.Map("resources").Map("requests")?["storage"] is null)
        {
            errors.Add(FieldError.Required($"{path}.resources[storage]"));
        }

        ResourceValidation.ValidateStorage(spec.Map("resources").Map("requests"), $"{path}.resources.requests", errors);
        UnservedFieldValidation.ValidateClaim(spec, path, errors);
        if (spec.Text("storageClassName") is { Length: > 0 } name)
        {
            errors.Invalid($"{path}.storageClassName", name, NameRules.Subdomain(name));
        }
    }

    public static void ValidateVolume(JsonObject volume, FieldErrors errors)
    {
        var spec = volume.Map("spec") ?? [];
        ValidateModes(spec, "spec", errors);
        if (spec.Map("capacity")?["storage"] is null)
        {
            errors.Add(FieldError.Required("spec.capacity"));
        }

        ResourceValidation.ValidateStorage(spec.Map("capacity"), "spec.capacity", errors);
        errors.OneOf(spec, "persistentVolumeReclaimPolicy", "spec", "Delete", "Recycle", "Retain");
        errors.OneOf(spec, "volumeMode", "spec", "Block", "Filesystem");
        var sources = Sources(spec).Select(source => source.Key).ToList();
        if (sources.Count == 0)
        {
            errors.Add(FieldError.Required("spec", "must specify a volume type"));
        }

        foreach (var extra in sources.Skip(1))
        {
            errors.Add(FieldError.Forbidden($"spec.{extra}", "may not specify more than 1 volume type"));
        }

        foreach (var kind in ((string[])["hostPath", "local"]).Where(kind => spec.Map(kind) is not null))
        {
            if (errors.Required(spec.Map(kind)!, "path", $"spec.{kind}") is { } place && place.Split('/').Contains(".."))
            {
                errors.Add(FieldError.Invalid($"spec.{kind}.path", place, "must not contain '..'"));
            }
        }

        if (spec.Map("local") is not null && spec.Map("nodeAffinity") is null)
        {
            errors.Add(FieldError.Required("spec.nodeAffinity", "Local volume requires node affinity"));
        }
    }

    /// <summary>The fields of a volume's spec that say where it is kept.</summary>
    internal static IEnumerable<KeyValuePair<string, JsonNode?>> Sources(JsonObject spec) =>
        spec.Where(field => field.Value is JsonObject && !NotSources.Contains(field.Key));

    public static void ValidateClass(JsonObject storageClass, FieldErrors errors)
    {
        errors.Required(storageClass, "provisioner", "");
        errors.OneOf(storageClass, "reclaimPolicy", "", "Delete", "Retain");
        errors.OneOf(storageClass, "volumeBindingMode", "", "Immediate", "WaitForFirstConsumer");
    }

    private static void ValidateModes(JsonObject spec, string path, FieldErrors errors)
    {
        var modes = spec.Texts("accessModes").ToList();
        if (modes.Count == 0)
        {
            errors.Add(FieldError.Required($"{path}.accessModes", "at least 1 access mode is required"));
        }

        foreach (var mode in modes.Where(mode => !AccessModes.Names.Contains(mode)))
        {
            errors.Add(FieldError.NotSupported($"{path}.accessModes", JsonValue.Create(mode), AccessModes.Names));
        }

        if (modes.Contains("ReadWriteOncePod") && modes.Count > 1)
        {
            errors.Add(FieldError.Forbidden($"{path}.accessModes", "may not use ReadWriteOncePod with other access modes"));
        }
    }
}
