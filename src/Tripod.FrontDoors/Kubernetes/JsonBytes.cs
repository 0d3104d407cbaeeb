using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>JSON as it is sent: compact, and letters of every script as themselves.</summary>
internal static class JsonBytes
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A stored document as a tree of one's own.</summary>
    public static JsonObject Parse(ReadOnlyMemory<byte> document) => (JsonObject)JsonNode.Parse(document.Span)!;

    public static ReadOnlyMemory<byte> Of(JsonNode node) => Write(writer => node.WriteTo(writer));

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.WrittenMemory;
    }

}
