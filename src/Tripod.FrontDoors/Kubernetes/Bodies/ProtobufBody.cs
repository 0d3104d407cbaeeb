using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Protobuf bodies by the schema's field numbers. Numbers it does not know are passed over, as protobuf wants it.</summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    internal static readonly byte[] Magic = [(byte)'k', (byte)'8', (byte)'s', 0];

    /// <param name="body">Magic, then <c>runtime.Unknown</c>: 1 type, 2 the message, 3 content encoding.</param>
    /// <param name="schema">The kind that the message is of.</param>
    /// <exception cref="ApiException">400.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body, KindSchema schema)
    {
        if (!body.StartsWith(Magic))
        {
            throw WireReader.Malformed("it does not begin with \"k8s\" and a zero byte");
        }
        var envelope = new WireReader(body[Magic.Length..]);
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> message = [];
        while (!envelope.AtEnd)
        {
            var (number, wire) = envelope.ReadTag();
            switch (number)
            {
                case 1 when wire == WireType.Bytes:
                    (apiVersion, kind) = ReadType(envelope.ReadBytes());
                    break;
                case 2 when wire == WireType.Bytes:
                    message = envelope.ReadBytes();
                    break;
                case 3 when wire == WireType.Bytes:
                    if (envelope.ReadBytes().Length > 0)
                    {
                        throw WireReader.Malformed("a content encoding in the envelope is not supported");
                    }
                    break;
                default:
                    envelope.Skip(wire);
                    break;
            }
        }
        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        // The kind decides how to read the message: of another one its numbers would be taken for something else.
        if (kind.Length == 0 || kind == schema.Kind)
        {
            ReadMessage(message, schema.Type, result, 0);
        }
        return result;
    }

    private static (string ApiVersion, string Kind) ReadType(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var (apiVersion, kind) = ("", "");
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.ReadTag();
            switch (number)
            {
                case 1 when wire == WireType.Bytes: apiVersion = reader.ReadString(); break;
                case 2 when wire == WireType.Bytes: kind = reader.ReadString(); break;
                default: reader.Skip(wire); break;
            }
        }
        return (apiVersion, kind);
    }

    private static void ReadMessage(ReadOnlySpan<byte> bytes, SchemaType type, JsonObject target, int depth)
    {
        if (depth > JsonText.MaxDepth)
        {
            throw WireReader.Malformed("nested too deep");
        }
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.ReadTag();
            if (type.FindNumber(number) is not { } field)
            {
                reader.Skip(wire);
                continue;
            }
            if (field.IsInline)
            {
                Expect(wire, WireType.Bytes, field);
                ReadMessage(reader.ReadBytes(), field.Type!, target, depth + 1);
                continue;
            }
            switch (field.Shape)
            {
                case FieldShape.List:
                    var list = target[field.Name] as JsonArray ?? Put(target, field.Name, new JsonArray());
                    ReadItems(ref reader, wire, field.Element!, list, depth);
                    break;
                case FieldShape.Map:
                    Expect(wire, WireType.Bytes, field);
                    var map = target[field.Name] as JsonObject ?? Put(target, field.Name, new JsonObject());
                    ReadEntry(reader.ReadBytes(), field.Element!, map, depth);
                    break;
                default:
                    if (ReadValue(ref reader, wire, field, depth) is { } value)
                    {
                        target[field.Name] = value;
                    }
                    break;
            }
        }
    }

    private static void ReadItems(ref WireReader reader, WireType wire, SchemaField element, JsonArray list, int depth)
    {
        if (wire != WireType.Bytes || ProtobufScalar.Wire(element.Kind) == WireType.Bytes)
        {
            list.Add(ReadValue(ref reader, wire, element, depth));
            return;
        }
        var packed = new WireReader(reader.ReadBytes());
        while (!packed.AtEnd)
        {
            list.Add(ReadValue(ref packed, ProtobufScalar.Wire(element.Kind), element, depth));
        }
    }

    // A map entry is a message of its own: 1 key, 2 value; either may be missing and is then empty.
    private static void ReadEntry(ReadOnlySpan<byte> bytes, SchemaField element, JsonObject map, int depth)
    {
        var reader = new WireReader(bytes);
        var key = "";
        JsonNode? value = null;
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.ReadTag();
            switch (number)
            {
                case 1 when wire == WireType.Bytes: key = reader.ReadString(); break;
                case 2 when element.Shape == FieldShape.List: value = ReadList(reader.ReadBytes(), element.Element!, depth); break;
                case 2: value = ReadValue(ref reader, wire, element, depth + 1); break;
                default: reader.Skip(wire); break;
            }
        }
        map[key] = value;
    }

    // Protobuf has no map of lists: the list is a message with the items as its field 1.
    private static JsonArray ReadList(ReadOnlySpan<byte> bytes, SchemaField element, int depth)
    {
        var list = new JsonArray();
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.ReadTag();
            if (number == 1)
            {
                ReadItems(ref reader, wire, element, list, depth + 1);
            }
            else
            {
                reader.Skip(wire);
            }
        }
        return list;
    }

    private static JsonNode? ReadValue(ref WireReader reader, WireType wire, SchemaField field, int depth)
    {
        Expect(wire, ProtobufScalar.Wire(field.Kind), field);
        if (field.Kind != FieldKind.Message)
        {
            return ProtobufScalar.Read(ref reader, field.Kind);
        }
        var inner = new JsonObject();
        ReadMessage(reader.ReadBytes(), field.Type!, inner, depth + 1);
        return inner;
    }

    private static void Expect(WireType actual, WireType expected, SchemaField field)
    {
        if (actual != expected)
        {
            throw WireReader.Malformed($"wrong wire type {(int)actual} for field {field.Name}");
        }
    }

    private static T Put<T>(JsonObject target, string name, T value)
        where T : JsonNode
    {
        target[name] = value;
        return value;
    }
}
