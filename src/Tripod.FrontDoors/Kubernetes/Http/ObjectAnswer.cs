using System.Globalization;
using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Sends one object in the form its client asked for.</summary>
internal static class ObjectAnswer
{
    public static Task WriteAsync(ApiRequest request, int status, StoredObject stored, DateTimeOffset now)
    {
        var form = request.Form;
        if (form == AnswerForm.Protobuf)
        {
            return JsonAnswer.WriteAsync(request.Http, status, ProtobufWriter.Write(request.Kind.Render(stored), request.Kind.Schema), ProtobufBody.MediaType);
        }

        var body = form switch
        {
            AnswerForm.Table => JsonBytes.Write(writer => WriteTable(writer, request, stored, now)),
            AnswerForm.Metadata => JsonBytes.Write(writer => WriteMetadata(writer, request.MetaVersion, stored)),
            _ => request.Kind.Render(stored),
        };
        return JsonAnswer.WriteAsync(request.Http, status, body);
    }

    private static void WriteTable(Utf8JsonWriter writer, ApiRequest request, StoredObject stored, DateTimeOffset now)
    {
        TableWriter.WriteStart(writer, request.MetaVersion, metadata => metadata.WriteString("resourceVersion", stored.Revision.ToString(CultureInfo.InvariantCulture)));
        TableWriter.WriteColumns(writer, request.Kind);
        writer.WriteStartArray("rows");
        TableWriter.WriteRow(writer, request.MetaVersion, request.Kind, stored, Accepted.Include(request.Query("includeObject")), now);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, string apiVersion, StoredObject stored)
    {
        using var document = JsonDocument.Parse(stored.Document);
        TableWriter.WriteMetadataOnly(writer, apiVersion, document.RootElement);
    }
}
