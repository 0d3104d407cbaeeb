using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A ConfigMap's keys and size, and its being immutable once it says so.</summary>
internal static class ConfigMapValidation
{
    internal const int MaxBytes = 1024 * 1024;
    private const string Frozen = "field is immutable when `immutable` is set";

    public static void Validate(JsonObject value, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, text) in value.Map("data") ?? [])
        {
            errors.Invalid($"data[{key}]", key, NameRules.ConfigKey(key));
            if (value.Map("binaryData")?.ContainsKey(key) == true)
            {
                errors.Add(FieldError.Invalid($"data[{key}]", key, "duplicate of key present in binaryData"));
            }
            size += Encoding.UTF8.GetByteCount(text?.ToString() ?? "");
        }
        foreach (var (key, bytes) in value.Map("binaryData") ?? [])
        {
            errors.Invalid($"binaryData[{key}]", key, NameRules.ConfigKey(key));
            size += (bytes?.ToString().Length ?? 0) / 4 * 3L;
        }
        if (size > MaxBytes)
        {
            errors.Add(FieldError.TooLong("[]", MaxBytes));
        }
    }

    public static void ValidateUpdate(JsonObject old, JsonObject changed, FieldErrors errors, params string[] bags)
    {
        if (old.Flag("immutable") != true)
        {
            return;
        }
        if (changed.Flag("immutable") != true)
        {
            errors.Add(FieldError.Forbidden("immutable", Frozen));
        }
        foreach (var bag in bags)
        {
            if (!JsonNode.DeepEquals(old.Map(bag) ?? [], changed.Map(bag) ?? []))
            {
                errors.Add(FieldError.Forbidden(bag, Frozen));
            }
        }
    }
}
