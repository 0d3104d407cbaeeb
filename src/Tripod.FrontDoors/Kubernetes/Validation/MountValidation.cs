using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A container's <c>volumeMounts</c>.</summary>
internal static class MountValidation
{
    public static void Validate(JsonObject container, string path, IReadOnlySet<string> volumes, FieldErrors errors)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var mount in container.Maps("volumeMounts"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.volumeMounts[{index++}]");
            if (errors.Required(mount, "name", here) is { } name && !volumes.Contains(name))
            {
                errors.Add(FieldError.NotFound($"{here}.name", name));
            }
            if (errors.Required(mount, "mountPath", here) is { } place && !places.Add(place))
            {
                errors.Add(FieldError.Invalid($"{here}.mountPath", place, "must be unique"));
            }
            var (subPath, expression) = (mount.Text("subPath") ?? "", mount.Text("subPathExpr") ?? "");
            ValidateInside(subPath, $"{here}.subPath", errors);
            ValidateInside(expression, $"{here}.subPathExpr", errors);
            if (subPath.Length > 0 && expression.Length > 0)
            {
                errors.Add(FieldError.Invalid($"{here}.subPathExpr", expression, "subPathExpr and subPath are mutually exclusive"));
            }
            ValidatePropagation(mount, here, container.Map("securityContext").Flag("privileged") == true, errors);
            ValidateRecursiveReadOnly(mount, $"{here}.recursiveReadOnly", errors);
        }
    }

    /// <summary>A path that stays in the directory it is taken from.</summary>
    internal static void ValidateInside(string value, string path, FieldErrors errors)
    {
        if (value.StartsWith('/'))
        {
            errors.Add(FieldError.Invalid(path, value, "must be a relative path"));
        }
        if (value.Split('/').Contains(".."))
        {
            errors.Add(FieldError.Invalid(path, value, "must not contain '..'"));
        }
    }

    private static void ValidatePropagation(JsonObject mount, string path, bool privileged, FieldErrors errors)
    {
        errors.OneOf(mount, "mountPropagation", path, "Bidirectional", "HostToContainer", "None");
        if (mount.Text("mountPropagation") == "Bidirectional" && !privileged)
        {
            errors.Add(FieldError.Forbidden($"{path}.mountPropagation", "Bidirectional mount propagation is available only to privileged containers"));
        }
    }

    private static void ValidateRecursiveReadOnly(JsonObject mount, string path, FieldErrors errors)
    {
        switch (mount.Text("recursiveReadOnly"))
        {
            case null or "" or "Disabled":
                break;
            case "Enabled" or "IfPossible":
                if (mount.Flag("readOnly") != true)
                {
                    errors.Add(FieldError.Forbidden(path, "may only be specified when readOnly is true"));
                }
                if (mount.Text("mountPropagation") is not (null or "" or "None"))
                {
                    errors.Add(FieldError.Forbidden(path, "may only be specified when mountPropagation is None or not specified"));
                }
                break;
            case var other:
                errors.Add(FieldError.NotSupported(path, other, "Disabled", "Enabled", "IfPossible"));
                break;
        }
    }
}
