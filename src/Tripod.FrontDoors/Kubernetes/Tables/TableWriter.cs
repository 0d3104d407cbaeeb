using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>How much of each object comes along with its row.</summary>
internal enum RowObject
{
    None,
    Metadata,
    Object,
}

/// <summary>Objects as the table that kubectl prints; its cells are each kind's matter.</summary>
internal static class TableWriter
{
    public static void WriteStart(Utf8JsonWriter writer, string apiVersion, Action<Utf8JsonWriter> metadata)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", apiVersion);
        writer.WriteStartObject("metadata");
        metadata(writer);
        writer.WriteEndObject();
    }

    public static void WriteColumns(Utf8JsonWriter writer, ServedKind kind)
    {
        writer.WriteStartArray("columnDefinitions");
        foreach (var column in kind.Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", column.Type);
            writer.WriteString("format", column.Format);
            writer.WriteString("description", column.Description);
            writer.WriteNumber("priority", column.Wide ? 1 : 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteRow(Utf8JsonWriter writer, string apiVersion, ServedKind kind, StoredObject stored, RowObject include, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(stored.Document);
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var cell in kind.Row(document.RootElement, now))
        {
            switch (cell)
            {
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case int number:
                    writer.WriteNumberValue(number);
                    break;
                case long number:
                    writer.WriteNumberValue(number);
                    break;
                default:
                    throw new InvalidOperationException($"table of {kind.Plural}: a cell must be text or an integer");
            }
        }

        writer.WriteEndArray();
        switch (include)
        {
            case RowObject.Metadata:
                writer.WritePropertyName("object");
                WriteMetadataOnly(writer, apiVersion, document.RootElement);
                break;
            case RowObject.Object:
                writer.WritePropertyName("object");
                writer.WriteRawValue(kind.Render(stored).Span, skipInputValidation: true);
                break;
        }

        writer.WriteEndObject();
    }

    /// <summary>The object as a PartialObjectMetadata.</summary>
    public static void WriteMetadataOnly(Utf8JsonWriter writer, string apiVersion, JsonElement document)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "PartialObjectMetadata");
        writer.WriteString("apiVersion", apiVersion);
        if (document.At("metadata") is { } metadata)
        {
            writer.WritePropertyName("metadata");
            metadata.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
