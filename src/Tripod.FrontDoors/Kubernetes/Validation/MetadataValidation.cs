using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What holds for the metadata of every kind.</summary>
public static class MetadataValidation
{
    private const int AnnotationBytes = 256 * 1024;

    public static IReadOnlyList<FieldError> Validate(JsonObject document, KindSchema schema)
    {
        var errors = new FieldErrors();
        Validate(document, schema.Kind, errors);
        return errors.All;
    }

    internal static void Validate(JsonObject document, string kind, FieldErrors errors)
    {
        var metadata = document.Map("metadata") ?? [];
        ValidateName(metadata, kind, errors);
        ValidateLabels(metadata.Map("labels"), "metadata.labels", errors);
        ValidateAnnotations(metadata.Map("annotations"), errors);
        foreach (var finalizer in metadata.Texts("finalizers"))
        {
            errors.Invalid("metadata.finalizers", finalizer, NameRules.QualifiedName(finalizer));
        }
        var index = 0;
        foreach (var owner in metadata.Maps("ownerReferences"))
        {
            var path = $"metadata.ownerReferences[{index++}]";
            foreach (var name in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Text(name) is null or "")
                {
                    errors.Add(FieldError.Invalid($"{path}.{name}", "", name == "apiVersion" ? "version must not be empty" : $"{name} must not be empty"));
                }
            }
        }
    }

    internal static void ValidateUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        var (before, after) = (old.Map("metadata") ?? [], changed.Map("metadata") ?? []);
        foreach (var name in (string[])["name", "namespace", "uid", "creationTimestamp"])
        {
            if (before.Text(name) is { Length: > 0 } was && after.Text(name) is { Length: > 0 } value && was != value)
            {
                errors.Add(FieldError.Invalid($"metadata.{name}", value, "field is immutable"));
            }
        }
        if (before.Text("deletionTimestamp") is not null)
        {
            var added = after.Texts("finalizers").Except(before.Texts("finalizers"), StringComparer.Ordinal).ToList();
            if (added.Count > 0)
            {
                errors.Add(FieldError.Forbidden(
                    "metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers [{string.Join(" ", added)}]"));
            }
        }
    }

    internal static void ValidateLabels(JsonObject? labels, string path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            errors.Invalid(path, key, NameRules.QualifiedName(key));
            errors.Invalid(path, value, NameRules.LabelValue(value?.ToString() ?? ""));
        }
    }

    private static void ValidateName(JsonObject metadata, string kind, FieldErrors errors)
    {
        Func<string, IEnumerable<string>> rule = kind switch
        {
            "Namespace" => NameRules.Label,
            "Service" => NameRules.ServiceName,
            "ClusterTrustBundle" => TrustBundleValidation.Name,
            "Role" or "ClusterRole" or "RoleBinding" or "ClusterRoleBinding" => NameRules.PathSegment,
            _ => NameRules.Subdomain,
        };
        if (metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            // The random part ends in a letter or digit, so a hyphen before it is good.
            errors.Invalid("metadata.generateName", prefix, rule(prefix.EndsWith('-') ? $"{prefix[..^1]}a" : prefix));
        }
        if (metadata.Text("name") is { Length: > 0 } name)
        {
            errors.Invalid("metadata.name", name, rule(name));
        }
        else if (metadata.Text("generateName") is null or "")
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
    }

    private static void ValidateAnnotations(JsonObject? annotations, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            errors.Invalid("metadata.annotations", key, NameRules.QualifiedName(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value?.ToString() ?? "");
        }
        if (size > AnnotationBytes)
        {
            errors.Add(FieldError.TooLong("metadata.annotations", AnnotationBytes));
        }
    }
}
