using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>meta.k8s.io/v1 Table: what <c>kubectl get</c> prints, made here so that kubectl needs to know no kind.</summary>
public static class TableWriter
{
    public static bool IsWanted(HttpRequest request) => request.Headers.Accept.ToString().Contains("as=Table", StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter writer, ApiCall call, IReadOnlyList<StoredObject> objects, long revision, (string Token, int Left)? more, DateTimeOffset now, bool withColumns = true)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        Answer.ListMeta(writer, revision, more);
        writer.WriteStartArray("columnDefinitions");
        foreach (var column in withColumns ? call.Kind.Columns : [])
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", column.Type);
            writer.WriteString("format", column.Format);
            writer.WriteString("description", column.Description);
            writer.WriteNumber("priority", column.Priority);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rows");
        foreach (var stored in objects)
        {
            Row(writer, call, stored, now);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Row(Utf8JsonWriter writer, ApiCall call, StoredObject stored, DateTimeOffset now)
    {
        var document = (JsonObject)JsonNode.Parse(stored.Document.Span)!;
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var cell in call.Kind.Row(document, now))
        {
            if (cell is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                cell.WriteTo(writer);
            }
        }

        writer.WriteEndArray();
        switch (call.Query("includeObject"))
        {
            case "None":
                break;
            case "Object":
                writer.WritePropertyName("object");
                writer.WriteRawValue(ShownAs.Of(call.Kind, stored).Span, skipInputValidation: true);
                break;
            default:
                writer.WritePropertyName("object");
                Metadata(writer, document);
                break;
        }

        writer.WriteEndObject();
    }

    private static void Metadata(Utf8JsonWriter writer, JsonObject document)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "PartialObjectMetadata");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WritePropertyName("metadata");
        document["metadata"]!.WriteTo(writer);
        writer.WriteEndObject();
    }
}
