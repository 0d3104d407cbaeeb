using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Documents as protobuf bodies, by the schema's field numbers: the way back of <see cref="ProtobufBody"/>.</summary>
internal static class ProtobufWriter
{
    private const int Metadata = 1, Items = 2;

    /// <summary>One object in its envelope.</summary>
    public static byte[] Write(ReadOnlyMemory<byte> document, KindSchema schema)
    {
        var writer = new WireWriter();
        Message(writer, document, schema.Type);
        Envelope(writer, schema.ApiVersion, schema.Kind);
        return writer.Written.ToArray();
    }

    /// <param name="documents">In their order.</param>
    /// <param name="schema">Of one of them.</param>
    /// <param name="metadata">The list's own, as JSON.</param>
    public static byte[] WriteList(IEnumerable<ReadOnlyMemory<byte>> documents, KindSchema schema, ReadOnlyMemory<byte> metadata)
    {
        var writer = new WireWriter();
        foreach (var document in documents.Reverse())
        {
            var before = writer.Length;
            Message(writer, document, schema.Type);
            writer.Head(Items, before);
        }

        var start = writer.Length;
        var list = SchemaRegistry.Find(schema.Group, schema.Version, $"{schema.Kind}List") ?? throw new InvalidOperationException($"no schema of {schema.ApiVersion} {schema.Kind}List");
        Message(writer, metadata, list.Type.Find("metadata")!.Type!);
        writer.Head(Metadata, start);
        Envelope(writer, schema.ApiVersion, list.Kind);
        return writer.Written.ToArray();
    }

    /// <summary>One event of a watch with the length before it: 1 the type, 2 the object's envelope (meta.k8s.io WatchEvent).</summary>
    public static byte[] WriteEvent(string type, ReadOnlySpan<byte> envelope)
    {
        var writer = new WireWriter();
        writer.Bytes(envelope);
        writer.Head(1, 0);
        writer.Head(2, 0);
        writer.TextField(1, type);
        var length = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, writer.Length);
        writer.Bytes(length);
        return writer.Written.ToArray();
    }

    /// <summary>Magic, then runtime.Unknown: 1 the type (1 version, 2 kind), 2 the message.</summary>
    private static void Envelope(WireWriter writer, string apiVersion, string kind)
    {
        writer.Head(2, 0);
        var before = writer.Length;
        writer.TextField(2, kind);
        writer.TextField(1, apiVersion);
        writer.Head(1, before);
        writer.Bytes(ProtobufBody.Magic);
    }

    private static void Message(WireWriter writer, ReadOnlyMemory<byte> document, SchemaType type)
    {
        using var json = JsonDocument.Parse(document);
        Message(writer, json.RootElement, type);
    }

    private static void Message(WireWriter writer, JsonElement map, SchemaType type)
    {
        for (var i = type.Members.Count - 1; i >= 0; i--)
        {
            var member = type.Members[i];
            if (member.Number == 0)
            {
                continue;
            }

            if (member.IsInline)
            {
                var before = writer.Length;
                Message(writer, map, member.Type!);
                writer.Head(member.Number, before);
            }
            else if (map.TryGetProperty(member.Utf8Name.Span, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                Field(writer, value, member);
            }
        }
    }

    private static void Field(WireWriter writer, JsonElement value, SchemaField field)
    {
        switch (field.Shape)
        {
            case FieldShape.List when value.ValueKind == JsonValueKind.Array:
                Elements(writer, value, field.Element!, field.Number);
                break;
            case FieldShape.Map when value.ValueKind == JsonValueKind.Object:
                Entries(writer, value, field.Element!, field.Number);
                break;
            case FieldShape.Single:
                Value(writer, value, field, field.Number);
                break;
        }
    }

    private static void Elements(WireWriter writer, JsonElement list, SchemaField element, int number)
    {
        JsonElement[] items = [.. list.EnumerateArray()];
        for (var i = items.Length - 1; i >= 0; i--)
        {
            Value(writer, items[i], element, number);
        }
    }

    /// <summary>A map entry is a message of its own: 1 key, 2 value. Protobuf has no map of lists: there the list is a message with the items as its field 1.</summary>
    private static void Entries(WireWriter writer, JsonElement map, SchemaField element, int number)
    {
        JsonProperty[] entries = [.. map.EnumerateObject()];
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            var (entry, before) = (entries[i], writer.Length);
            if (element.Shape == FieldShape.List)
            {
                Elements(writer, entry.Value, element.Element!, 1);
                writer.Head(2, before);
            }
            else
            {
                Value(writer, entry.Value, element, 2);
            }

            writer.TextField(1, entry.Name);
            writer.Head(number, before);
        }
    }

    private static void Value(WireWriter writer, JsonElement value, SchemaField field, int number)
    {
        if (field.Kind != FieldKind.Message)
        {
            ProtobufScalar.Write(writer, value, field.Kind, number);
            return;
        }

        var before = writer.Length;
        if (value.ValueKind == JsonValueKind.Object)
        {
            Message(writer, value, field.Type!);
        }

        writer.Head(number, before);
    }
}
