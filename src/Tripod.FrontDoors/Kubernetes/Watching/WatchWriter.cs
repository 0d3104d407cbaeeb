using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Watching;

/// <summary>Writes the events of one watch in the form its client asked for: a line of JSON each, or a frame of protobuf.</summary>
internal sealed class WatchWriter(ApiRequest request, AnswerForm form, TimeProvider clock)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private readonly ArrayBufferWriter<byte> line = new(4096);
    private readonly RowObject include = Accepted.Include(request.Query("includeObject"));
    private readonly string metaVersion = request.MetaVersion;
    private bool columnsSent;

    public void Start()
    {
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = form == AnswerForm.Protobuf ? $"{ProtobufBody.MediaType};stream=watch" : JsonAnswer.MediaType;
        request.Http.Response.Headers.CacheControl = "no-cache, private";
    }

    public void Write(string type, StoredObject stored)
    {
        if (form == AnswerForm.Protobuf)
        {
            WriteFrame(type, request.Kind.Render(stored), request.Kind.Schema);
        }
        else
        {
            WriteLine(type, writer => WriteObject(writer, stored));
        }
    }

    private void WriteObject(Utf8JsonWriter writer, StoredObject stored)
    {
        switch (form)
        {
            case AnswerForm.Table:
                WriteTable(writer, stored);
                break;
            case AnswerForm.Metadata:
                using (var document = JsonDocument.Parse(stored.Document))
                {
                    TableWriter.WriteMetadataOnly(writer, metaVersion, document.RootElement);
                }

                break;
            default:
                writer.WriteRawValue(request.Kind.Render(stored).Span, skipInputValidation: true);
                break;
        }
    }

    /// <param name="revision">Up to which the client has now seen everything.</param>
    /// <param name="initialEventsEnd">It ends the objects that were there when the watch began.</param>
    public void WriteBookmark(long revision, bool initialEventsEnd = false)
    {
        var document = new JsonObject
        {
            ["kind"] = form == AnswerForm.Metadata ? "PartialObjectMetadata" : request.Kind.Kind,
            ["apiVersion"] = form == AnswerForm.Metadata ? metaVersion : request.Kind.ApiVersion,
            ["metadata"] = Metadata(revision, initialEventsEnd),
        };
        if (form == AnswerForm.Protobuf)
        {
            WriteFrame(WatchedChange.Bookmark, JsonBytes.Of(document), request.Kind.Schema);
        }
        else if (form == AnswerForm.Table)
        {
            WriteLine(WatchedChange.Bookmark, writer => WriteTable(writer, new("", revision, JsonBytes.Of(document).ToArray()), isBookmark: true));
        }
        else
        {
            WriteLine(WatchedChange.Bookmark, writer => document.WriteTo(writer));
        }
    }

    public void WriteError(ApiException refusal)
    {
        if (form == AnswerForm.Protobuf)
        {
            WriteFrame(WatchedChange.Error, JsonBytes.Of(refusal.ToStatus()), SchemaRegistry.Status);
        }
        else
        {
            WriteLine(WatchedChange.Error, writer => refusal.ToStatus().WriteTo(writer));
        }
    }

    public async Task FlushAsync(CancellationToken cancel)
    {
        if (line.WrittenCount > 0)
        {
            await request.Http.Response.Body.WriteAsync(line.WrittenMemory, cancel).ConfigureAwait(false);
            line.ResetWrittenCount();
        }

        await request.Http.Response.Body.FlushAsync(cancel).ConfigureAwait(false);
    }

    public bool IsLarge => line.WrittenCount > 64 * 1024;

    private void WriteFrame(string type, ReadOnlyMemory<byte> document, KindSchema schema) =>
        line.Write(ProtobufWriter.WriteEvent(type, ProtobufWriter.Write(document, schema)));

    private void WriteLine(string type, Action<Utf8JsonWriter> writeObject)
    {
        using (var writer = new Utf8JsonWriter(line, JsonBytes.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WritePropertyName("object");
            writeObject(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
    }

    private void WriteTable(Utf8JsonWriter writer, StoredObject stored, bool isBookmark = false)
    {
        TableWriter.WriteStart(writer, metaVersion, metadata => metadata.WriteString("resourceVersion", stored.Revision.ToString(CultureInfo.InvariantCulture)));

        // Clients keep the columns of the first event.
        if (columnsSent)
        {
            writer.WriteNull("columnDefinitions");
        }
        else
        {
            TableWriter.WriteColumns(writer, request.Kind);
            columnsSent = true;
        }

        writer.WriteStartArray("rows");
        if (isBookmark)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("cells");
            writer.WriteEndArray();
            writer.WritePropertyName("object");
            writer.WriteRawValue(stored.Document.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }
        else
        {
            TableWriter.WriteRow(writer, metaVersion, request.Kind, stored, include, clock.GetUtcNow());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static JsonObject Metadata(long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = null,
        };
        if (initialEventsEnd)
        {
            metadata["annotations"] = new JsonObject { [InitialEventsEnd] = "true" };
        }

        return metadata;
    }
}
