using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A container's <c>env</c> and <c>envFrom</c>.</summary>
internal static class EnvironmentValidation
{
    private static readonly string[] PodFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] Cores = ["1m", "1"];

    private static readonly string[] Bytes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    private static readonly string[] Sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

    public static void Validate(JsonObject container, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var variable in container.Maps("env"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.env[{index++}]");
            if (errors.Required(variable, "name", here) is { } name)
            {
                errors.Invalid($"{here}.name", name, NameRules.VariableName(name));
            }
            if (variable.Map("valueFrom") is { } source)
            {
                ValidateSource(source, variable.Text("value") is { Length: > 0 }, $"{here}.valueFrom", errors);
            }
        }
        index = 0;
        foreach (var source in container.Maps("envFrom"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.envFrom[{index++}]");
            if (source.Text("prefix") is { Length: > 0 } prefix)
            {
                errors.Invalid($"{here}.prefix", prefix, NameRules.VariableName(prefix));
            }
            var found = ((string[])["configMapRef", "secretRef"]).Where(n => source.Map(n) is not null).ToList();
            if (found.Count != 1)
            {
                errors.Add(FieldError.Invalid(here, "", found.Count == 0
                    ? "must specify one of: `configMapRef` or `secretRef`"
                    : "may not have more than one field specified at a time"));
                continue;
            }
            errors.Required(source.Map(found[0])!, "name", $"{here}.{found[0]}");
        }
    }

    /// <summary>The field of a pod that a variable or a file shows.</summary>
    internal static void ValidateFieldRef(JsonObject reference, string path, string[] supported, FieldErrors errors)
    {
        if (errors.Required(reference, "fieldPath", path) is not { } field)
        {
            return;
        }
        if (reference.Text("apiVersion") is { Length: > 0 } version && version != "v1")
        {
            errors.Add(FieldError.Invalid($"{path}.fieldPath", field, $"error converting fieldPath: unsupported pod version: {version}"));
            return;
        }
        var bracket = field.IndexOf("['", StringComparison.Ordinal);
        if (bracket > 0 && field.EndsWith("']", StringComparison.Ordinal))
        {
            var key = field[(bracket + 2)..^2];
            if (field[..bracket] is "metadata.labels" or "metadata.annotations")
            {
                errors.Invalid(path, key, NameRules.QualifiedName(field.StartsWith("metadata.annotations", StringComparison.Ordinal) ? key.ToLowerInvariant() : key));
            }
            else
            {
                errors.Add(FieldError.Invalid($"{path}.fieldPath", field, $"error converting fieldPath: field label does not support subscript: {field}"));
            }
        }
        else if (!supported.Contains(field))
        {
            errors.Add(FieldError.NotSupported($"{path}.fieldPath", field, supported));
        }
    }

    internal static void ValidateResourceRef(JsonObject reference, string path, bool needsContainer, FieldErrors errors)
    {
        if (needsContainer)
        {
            errors.Required(reference, "containerName", path);
        }
        if (errors.Required(reference, "resource", path) is not { } resource)
        {
            return;
        }
        var (verb, name) = resource.Split('.', 2) is [var first, var rest] ? (first, rest) : (resource, "");
        if (verb is not ("limits" or "requests")
            || !(name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal)))
        {
            errors.Add(FieldError.NotSupported($"{path}.resource", resource,
                "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"));
            return;
        }
        if (reference["divisor"]?.ToString() is { Length: > 0 } given && Quantity.TryParse(given, out var divisor) && !divisor.Nano.IsZero)
        {
            var allowed = name == "cpu" ? Cores : Bytes;
            if (!allowed.Contains(divisor.ToString()))
            {
                var kind = name.StartsWith("hugepages-", StringComparison.Ordinal) ? "hugepages" : name == "ephemeral-storage" ? "local ephemeral storage" : name;
                errors.Add(FieldError.Invalid(
                    $"{path}.divisor", resource, $"only divisor's values {string.Join(name == "cpu" ? " and " : ", ", allowed)} are supported with the {kind} resource"));
            }
        }
    }

    private static void ValidateSource(JsonObject source, bool hasValue, string path, FieldErrors errors)
    {
        var found = Sources.Where(s => source.Map(s) is not null).ToList();
        if (found.Count == 0)
        {
            errors.Add(FieldError.Invalid(
                path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"));
        }
        if (hasValue && found.Count > 0)
        {
            errors.Add(FieldError.Invalid(path, "", "may not be specified when `value` is not empty"));
        }
        else if (found.Count > 1)
        {
            errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
        }
        foreach (var name in found)
        {
            var (here, reference) = ($"{path}.{name}", source.Map(name)!);
            switch (name)
            {
                case "fieldRef":
                    ValidateFieldRef(reference, here, PodFields, errors);
                    break;
                case "resourceFieldRef":
                    ValidateResourceRef(reference, here, needsContainer: false, errors);
                    break;
                case "fileKeyRef":
                    errors.Required(reference, "volumeName", here);
                    errors.Required(reference, "path", here);
                    errors.Required(reference, "key", here);
                    break;
                default:
                    errors.Required(reference, "name", here);
                    if (errors.Required(reference, "key", here) is { } key)
                    {
                        errors.Invalid($"{here}.key", key, NameRules.ConfigKey(key));
                    }
                    break;
            }
        }
    }
}
