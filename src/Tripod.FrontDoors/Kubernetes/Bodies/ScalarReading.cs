using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>One value of a scalar kind, in the form in which it is stored.</summary>
internal static class ScalarReading
{
    /// <returns>The value, or null with <paramref name="fault"/> saying what is wrong with it.</returns>
    public static JsonValue? Read(JsonValue value, FieldKind kind, out string? fault)
    {
        fault = null;
        var json = value.GetValueKind();
        switch (kind)
        {
            case FieldKind.String when json == JsonValueKind.String:
                return Copy(value);
            case FieldKind.Bool when json is JsonValueKind.True or JsonValueKind.False:
                return Copy(value);
            case FieldKind.Int32 when json == JsonValueKind.Number:
                return Integer(value, int.MinValue, int.MaxValue, ref fault);
            case FieldKind.Int64 when json == JsonValueKind.Number:
                return Integer(value, long.MinValue, long.MaxValue, ref fault);
            case FieldKind.Double when json == JsonValueKind.Number:
                return Copy(value);
            case FieldKind.IntOrString when json == JsonValueKind.Number:
                return Integer(value, int.MinValue, int.MaxValue, ref fault);
            case FieldKind.IntOrString when json == JsonValueKind.String:
                return Copy(value);
            case FieldKind.Bytes when json == JsonValueKind.String:
                return Base64(value.GetValue<string>(), ref fault);
            case FieldKind.Quantity when json is JsonValueKind.String or JsonValueKind.Number:
                return Amount(json == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(), ref fault);
            case FieldKind.Time or FieldKind.MicroTime when json == JsonValueKind.String:
                return Moment(value.GetValue<string>(), kind, ref fault);
            case FieldKind.Duration when json == JsonValueKind.String:
                return Copy(value);
            default:
                fault = $"json: cannot unmarshal {Word(json)} into a value of type {kind.ToString().ToLowerInvariant()}";
                return null;
        }
    }

    public static string Word(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Undefined => "null",
            _ => kind.ToString().ToLowerInvariant(),
        };

    /// <summary>The instant in the API's notation, always UTC.</summary>
    public static string Write(DateTimeOffset time, FieldKind kind) =>
        time.UtcDateTime.ToString(
            kind == FieldKind.MicroTime ? "yyyy-MM-ddTHH:mm:ss.ffffffZ" : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static JsonValue Copy(JsonValue value) => (JsonValue)value.DeepClone();

    private static JsonValue? Integer(JsonValue value, long least, long most, ref string? fault)
    {
        var text = value.ToJsonString();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return JsonText.Number(number);
        }
        fault = $"json: cannot unmarshal number {text} into a value of type {(most == int.MaxValue ? "int32" : "int64")}";
        return null;
    }

    private static JsonValue? Base64(string text, ref string? fault)
    {
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length))
        {
            return JsonValue.Create(Convert.ToBase64String(bytes, 0, length));
        }
        var at = text.AsSpan().IndexOfAnyExcept(System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"));
        fault = $"illegal base64 data at input byte {(at < 0 ? text.Length : at)}";
        return null;
    }

    private static JsonValue? Amount(string text, ref string? fault)
    {
        if (Quantity.TryParse(text.Trim(), out var quantity))
        {
            return JsonValue.Create(quantity.ToString());
        }
        fault = Quantity.Expected;
        return null;
    }

    private static JsonValue? Moment(string text, FieldKind kind, ref string? fault)
    {
        if (text.Length is >= 20 and <= 40 && text[10] == 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return JsonValue.Create(Write(time, kind));
        }
        fault = $"parsing time \"{text}\": wanted RFC 3339, as 2006-01-02T15:04:05Z";
        return null;
    }
}
