using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Single values in protobuf; those that are messages there and plain values in JSON have their numbers here.</summary>
internal static class ProtobufScalar
{
    // Times outside of what the API can write are nobody's.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    public static WireType Wire(FieldKind kind) =>
        kind switch
        {
            FieldKind.Bool or FieldKind.Int32 or FieldKind.Int64 => WireType.Varint,
            FieldKind.Double => WireType.Fixed64,
            _ => WireType.Bytes,
        };

    /// <returns>Null for a value that stands for none, as the zero time.</returns>
    public static JsonNode? Read(ref WireReader reader, FieldKind kind) =>
        kind switch
        {
            FieldKind.Bool => JsonValue.Create(reader.ReadVarint() != 0),
            FieldKind.Int32 => JsonText.Number((int)reader.ReadVarint()),
            FieldKind.Int64 => JsonText.Number((long)reader.ReadVarint()),
            FieldKind.Double => Double(reader.ReadDouble()),
            FieldKind.String => JsonValue.Create(reader.ReadString()),
            FieldKind.Bytes => JsonValue.Create(Convert.ToBase64String(reader.ReadBytes())),
            FieldKind.Quantity => JsonValue.Create(WireReader.Text(Members(reader.ReadBytes(), out _, out _)) is { Length: > 0 } text ? text : "0"),
            FieldKind.Time or FieldKind.MicroTime => Time(reader.ReadBytes(), kind),
            FieldKind.IntOrString => IntOrString(reader.ReadBytes()),
            FieldKind.Raw or FieldKind.Fields => Json(Members(reader.ReadBytes(), out _, out _)),
            _ => throw WireReader.Malformed($"values of kind {kind} are not supported"),
        };

    /// <summary>Writes the value with its field's number; a value of another type than the schema's is left out.</summary>
    public static void Write(WireWriter writer, JsonElement value, FieldKind kind, int number)
    {
        var before = writer.Length;
        switch (kind, value.ValueKind)
        {
            case (FieldKind.Bool, JsonValueKind.True or JsonValueKind.False):
                writer.IntegerField(number, value.GetBoolean() ? 1 : 0);
                break;
            case (FieldKind.Int32 or FieldKind.Int64, JsonValueKind.Number):
                writer.IntegerField(number, value.TryGetInt64(out var integer) ? integer : 0);
                break;
            case (FieldKind.Double, JsonValueKind.Number):
                writer.Double(value.GetDouble());
                writer.Tag(number, WireType.Fixed64);
                break;
            case (FieldKind.String, JsonValueKind.String):
                writer.TextField(number, value.GetString()!);
                break;
            case (FieldKind.Bytes, JsonValueKind.String):
                writer.Bytes(value.GetBytesFromBase64());
                writer.Head(number, before);
                break;
            case (FieldKind.Quantity, JsonValueKind.String or JsonValueKind.Number):
                writer.TextField(1, value.ToString());
                writer.Head(number, before);
                break;
            case (FieldKind.Time or FieldKind.MicroTime, JsonValueKind.String) when value.TryGetDateTimeOffset(out var time):
                writer.IntegerField(2, time.UtcTicks % TimeSpan.TicksPerSecond * 100);
                writer.IntegerField(1, time.ToUnixTimeSeconds());
                writer.Head(number, before);
                break;
            case (FieldKind.IntOrString, JsonValueKind.Number):
                writer.IntegerField(2, value.TryGetInt64(out var small) ? small : 0);
                writer.Head(number, before);
                break;
            case (FieldKind.IntOrString, JsonValueKind.String):
                writer.TextField(3, value.GetString()!);
                writer.IntegerField(1, 1);
                writer.Head(number, before);
                break;
            case (FieldKind.Raw or FieldKind.Fields, _):
                writer.TextField(1, value.GetRawText());
                writer.Head(number, before);
                break;
        }
    }

    private static JsonValue Double(double value) =>
        double.IsFinite(value) ? JsonText.Number(value) : throw WireReader.Malformed("a number that is not finite");

    // 1 seconds, 2 nanoseconds
    private static JsonValue? Time(ReadOnlySpan<byte> message, FieldKind kind)
    {
        Members(message, out var seconds, out var nanoseconds);
        if (seconds == 0 && nanoseconds == 0)
        {
            return null;
        }
        if (seconds is < FirstSecond or > LastSecond || nanoseconds is < 0 or > 999_999_999)
        {
            throw WireReader.Malformed("a time out of range");
        }
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);
        return JsonValue.Create(ScalarReading.Write(time, kind));
    }

    // 1 which of both, 2 the integer, 3 the text
    private static JsonValue IntOrString(ReadOnlySpan<byte> message)
    {
        var text = Members(message, out var isText, out var number);
        return isText == 0 ? JsonText.Number((int)number) : JsonValue.Create(WireReader.Text(text))!;
    }

    private static JsonNode? Json(ReadOnlySpan<byte> raw) => raw.IsEmpty ? null : JsonText.Parse(raw.ToArray());

    /// <returns>The one bytes field of a message that is a value in JSON, with its integers 1 and 2 beside.</returns>
    private static ReadOnlySpan<byte> Members(ReadOnlySpan<byte> message, out long first, out long second)
    {
        (first, second) = (0, 0);
        ReadOnlySpan<byte> bytes = [];
        var reader = new WireReader(message);
        while (!reader.AtEnd)
        {
            switch (reader.ReadTag())
            {
                case (_, WireType.Bytes): bytes = reader.ReadBytes(); break;
                case (1, WireType.Varint): first = (long)reader.ReadVarint(); break;
                case (2, WireType.Varint): second = (long)reader.ReadVarint(); break;
                case (_, var other): reader.Skip(other); break;
            }
        }
        return bytes;
    }
}
