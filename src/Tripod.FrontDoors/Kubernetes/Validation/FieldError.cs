using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>One fault of one field: <paramref name="Reason"/> is the cause's machine word, <paramref name="Detail"/> what follows the path.</summary>
public sealed record FieldError(string Field, string Reason, string Detail)
{
    public override string ToString() => $"{Field}: {Detail}";

    public static FieldError Required(string field, string why = "") =>
        new(field, "FieldValueRequired", With("Required value", why));

    public static FieldError Invalid(string field, JsonNode? value, string why) =>
        new(field, "FieldValueInvalid", With($"Invalid value: {Show(value)}", why));

    public static FieldError Invalid(string field, string value, string why) =>
        Invalid(field, JsonValue.Create(value), why);

    public static FieldError Duplicate(string field, JsonNode? value) =>
        new(field, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static FieldError NotFound(string field, string value) =>
        new(field, "FieldValueNotFound", $"Not found: {Show(JsonValue.Create(value))}");

    public static FieldError NotSupported(string field, JsonNode? value, params IEnumerable<string> supported) =>
        new(field, "FieldValueNotSupported",
            $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public static FieldError Forbidden(string field, string why) =>
        new(field, "FieldValueForbidden", With("Forbidden", why));

    public static FieldError TooLong(string field, int limit) =>
        new(field, "FieldValueTooLong", string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {limit} bytes"));

    public static FieldError TooMany(string field, int actual, int limit) =>
        new(field, "FieldValueTooMany", string.Create(CultureInfo.InvariantCulture, $"Too many: {actual}: must have at most {limit} items"));

    private static string With(string what, string why) => why.Length == 0 ? what : $"{what}: {why}";

    private static string Show(JsonNode? value)
    {
        if (value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String)
        {
            // Quoted as Go's %q does for what commonly occurs.
            var text = scalar.GetValue<string>()
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
            return $"\"{text}\"";
        }
        return value?.ToJsonString() ?? "null";
    }
}
