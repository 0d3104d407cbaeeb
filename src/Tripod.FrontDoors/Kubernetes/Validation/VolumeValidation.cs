using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A pod's volumes; the sources that are acted on are looked into.</summary>
internal static class VolumeValidation
{
    private static readonly string[] ShownFields =
        ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    /// <returns>The names that mounts may refer to.</returns>
    public static IReadOnlySet<string> Validate(JsonObject spec, string path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in spec.Maps("volumes"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
            if (errors.Required(volume, "name", here) is { } name)
            {
                errors.Invalid($"{here}.name", name, NameRules.Label(name));
                if (!names.Add(name))
                {
                    errors.Add(FieldError.Duplicate($"{here}.name", name));
                }
            }
            var sources = volume.Where(f => f.Key != "name" && f.Value is JsonObject).Select(f => f.Key).ToList();
            if (sources.Count == 0)
            {
                errors.Add(FieldError.Required(here, "must specify a volume type"));
            }
            foreach (var extra in sources.Skip(1))
            {
                errors.Add(FieldError.Forbidden($"{here}.{extra}", "may not specify more than 1 volume type"));
            }
            if (sources.Count > 0)
            {
                ValidateSource(sources[0], volume.Map(sources[0])!, $"{here}.{sources[0]}", errors);
            }
        }
        return names;
    }

    private static void ValidateSource(string kind, JsonObject source, string path, FieldErrors errors)
    {
        switch (kind)
        {
            case "hostPath":
                if (errors.Required(source, "path", path) is { } host && host.Split('/').Contains(".."))
                {
                    errors.Add(FieldError.Invalid($"{path}.path", host, "must not contain '..'"));
                }
                errors.OneOf(source, "type", path,
                    "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
                break;
            case "configMap":
                errors.Required(source, "name", path);
                ValidateMode(source, "defaultMode", path, errors);
                ValidateItems(source, path, errors);
                break;
            case "secret":
                errors.Required(source, "secretName", path);
                ValidateMode(source, "defaultMode", path, errors);
                ValidateItems(source, path, errors);
                break;
            case "downwardAPI":
                ValidateMode(source, "defaultMode", path, errors);
                ValidateShown(source, path, errors);
                break;
            case "projected":
                ValidateMode(source, "defaultMode", path, errors);
                ValidateProjections(source, path, errors);
                break;
            case "persistentVolumeClaim":
                errors.Required(source, "claimName", path);
                break;
            case "ephemeral":
                foreach (var (field, value) in source.Map("volumeClaimTemplate").Map("metadata") ?? [])
                {
                    if (value is not null && field is not ("labels" or "annotations"))
                    {
                        errors.Add(FieldError.Forbidden($"{path}.volumeClaimTemplate.metadata.{field}", "cannot be set for an ephemeral volume"));
                    }
                }
                StorageValidation.ValidateClaimSpec(source.Map("volumeClaimTemplate").Map("spec") ?? [], $"{path}.volumeClaimTemplate.spec", errors);
                break;
            case "image":
                errors.Required(source, "reference", path);
                errors.OneOf(source, "pullPolicy", path, "Always", "IfNotPresent", "Never");
                break;
        }
    }

    private static void ValidateProjections(JsonObject projected, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var projection in projected.Maps("sources"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.sources[{index++}]");
            var kinds = projection.Where(f => f.Value is JsonObject).Select(f => f.Key).ToList();
            if (kinds.Count == 0)
            {
                errors.Add(FieldError.Required(here, "must specify a projected volume source"));
            }
            foreach (var extra in kinds.Skip(1))
            {
                errors.Add(FieldError.Forbidden($"{here}.{extra}", "may not specify more than 1 volume type"));
            }
            foreach (var kind in kinds.Take(1))
            {
                var (inner, source) = ($"{here}.{kind}", projection.Map(kind)!);
                switch (kind)
                {
                    case "configMap" or "secret":
                        errors.Required(source, "name", inner);
                        ValidateItems(source, inner, errors);
                        break;
                    case "downwardAPI":
                        ValidateShown(source, inner, errors);
                        break;
                    case "podCertificate":
                        ValidateCertificate(source, inner, errors);
                        break;
                    case "clusterTrustBundle":
                        TrustBundleValidation.ValidateProjection(source, inner, errors);
                        break;
                    case "serviceAccountToken":
                        errors.Required(source, "path", inner);
                        MountValidation.ValidateInside(source.Text("path") ?? "", $"{inner}.path", errors);
                        if (source.Number("expirationSeconds") is < 600 and var seconds)
                        {
                            errors.Add(FieldError.Invalid($"{inner}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
                        }
                        break;
                }
            }
        }
    }

    private static void ValidateCertificate(JsonObject source, string path, FieldErrors errors)
    {
        errors.Required(source, "signerName", path);
        if (errors.Required(source, "keyType", path) is not null)
        {
            errors.OneOf(source, "keyType", path, "RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519");
        }
        errors.InRange(source, "maxExpirationSeconds", path, 3600, 91 * 86400);
        string[] places = ["credentialBundlePath", "keyPath", "certificateChainPath"];
        foreach (var place in places)
        {
            MountValidation.ValidateInside(source.Text(place) ?? "", $"{path}.{place}", errors);
        }
        if (places.All(place => source.Text(place) is null or ""))
        {
            errors.Add(FieldError.Required(path, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"));
        }
    }

    private static void ValidateItems(JsonObject source, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var item in source.Maps("items"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.items[{index++}]");
            errors.Required(item, "key", here);
            ValidateFile(item, here, errors);
        }
    }

    private static void ValidateShown(JsonObject source, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var item in source.Maps("items"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.items[{index++}]");
            ValidateFile(item, here, errors);
            switch (item.Map("fieldRef"), item.Map("resourceFieldRef"))
            {
                case (null, null):
                    errors.Add(FieldError.Required(here, "one of fieldRef and resourceFieldRef is required"));
                    break;
                case ({ } field, null):
                    EnvironmentValidation.ValidateFieldRef(field, $"{here}.fieldRef", ShownFields, errors);
                    break;
                case (null, { } resource):
                    EnvironmentValidation.ValidateResourceRef(resource, $"{here}.resourceFieldRef", needsContainer: true, errors);
                    break;
                default:
                    errors.Add(FieldError.Invalid(here, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
                    break;
            }
        }
    }

    private static void ValidateFile(JsonObject item, string path, FieldErrors errors)
    {
        if (errors.Required(item, "path", path) is { } file)
        {
            MountValidation.ValidateInside(file, $"{path}.path", errors);
            // The volume's own links begin so.
            if (file.StartsWith("..", StringComparison.Ordinal) && !file.Split('/').Contains(".."))
            {
                errors.Add(FieldError.Invalid($"{path}.path", file, "must not start with '..'"));
            }
        }
        ValidateMode(item, "mode", path, errors);
    }

    private static void ValidateMode(JsonObject map, string name, string path, FieldErrors errors)
    {
        if (map.Number(name) is { } mode and (< 0 or > 0x1FF))
        {
            errors.Add(FieldError.Invalid($"{path}.{name}", mode, "must be a number between 0 and 0777 (octal), both inclusive"));
        }
    }
}
