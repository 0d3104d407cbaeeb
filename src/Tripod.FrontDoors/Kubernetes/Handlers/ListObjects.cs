using System.Globalization;
using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Listing;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>GET of a collection: all at once or in chunks that show one revision. Stored bytes go out as they are.</summary>
internal sealed class ListObjects(DoorParts door)
{
    private readonly RecentLists recent = new(door.Clock);

    public Task HandleAsync(ApiRequest request)
    {
        var parameters = ListParameters.Parse(request, isWatch: false);
        var page = Read(request, parameters);
        return AnswerAsync(request, page, door.Now);
    }

    internal static Task AnswerAsync(ApiRequest request, ListPage page, DateTimeOffset now)
    {
        var form = request.Form;
        if (form != AnswerForm.Protobuf)
        {
            var (include, metaVersion) = (Accepted.Include(request.Query("includeObject")), request.MetaVersion);
            return JsonAnswer.WriteListAsync(
                request.Http, writer => WriteHead(writer, request, page, form), page.Objects, (writer, stored) => WriteItem(writer, request.Kind, stored, form, metaVersion, include, now));
        }

        var metadata = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            WriteMetadata(writer, page);
            writer.WriteEndObject();
        });
        var body = ProtobufWriter.WriteList(page.Objects.Select(request.Kind.Render), request.Kind.Schema, metadata);
        return JsonAnswer.WriteAsync(request.Http, 200, body, ProtobufBody.MediaType);
    }

    /// <summary>All that comes before the items.</summary>
    private static void WriteHead(Utf8JsonWriter writer, ApiRequest request, ListPage page, AnswerForm form)
    {
        if (form == AnswerForm.Table)
        {
            TableWriter.WriteStart(writer, request.MetaVersion, metadata => WriteMetadata(metadata, page));
            TableWriter.WriteColumns(writer, request.Kind);
            writer.WriteStartArray("rows");
            return;
        }

        var partial = form == AnswerForm.Metadata;
        writer.WriteStartObject();
        writer.WriteString("kind", partial ? "PartialObjectMetadataList" : $"{request.Kind.Kind}List");
        writer.WriteString("apiVersion", partial ? request.MetaVersion : request.Kind.ApiVersion);
        writer.WriteStartObject("metadata");
        WriteMetadata(writer, page);
        writer.WriteEndObject();
        writer.WriteStartArray("items");
    }

    private ListPage Read(ApiRequest request, ListParameters parameters)
    {
        var (prefix, selection) = (request.Prefix, request.Selection);
        var token = parameters.Continue.Length > 0 ? ContinueToken.Parse(parameters.Continue, prefix) : null;
        if (token is { Revision: > 0 })
        {
            var kept = recent.Find(token.Revision, prefix) ?? throw TooOld(token);
            return ListPage.Of(kept, token.Revision, selection, parameters.Limit, token.StartKey);
        }

        var (objects, revision) = door.Store.List(prefix);
        if (parameters.Revision is { } asked)
        {
            ListParameters.CheckNotAhead(asked, revision);
            if (parameters.Match == "Exact" && asked != revision)
            {
                objects = recent.Find(asked, prefix) ?? throw ApiException.Expired("The resourceVersion for the provided list is too old.");
                revision = asked;
            }
        }

        var page = ListPage.Of(objects, revision, selection, parameters.Limit, token?.StartKey);
        if (page.Continue is not null)
        {
            recent.Keep(revision, prefix, objects);
        }

        return page;
    }

    private static ApiException TooOld(ContinueToken token) => new(
        410, "Expired", "The provided continue parameter is too old to display a consistent list result. Start a new list without the continue parameter, or use the one "
            + "in this answer to read the rest as it is now: what was written since the first chunk then shows in part of the list only.")
    {
        Continue = (token with { Revision = 0 }).Encode(),
    };

    private static void WriteItem(Utf8JsonWriter writer, ServedKind kind, StoredObject stored, AnswerForm form, string metaVersion, RowObject include, DateTimeOffset now)
    {
        switch (form)
        {
            case AnswerForm.Table:
                TableWriter.WriteRow(writer, metaVersion, kind, stored, include, now);
                break;
            case AnswerForm.Metadata:
                using (var document = JsonDocument.Parse(stored.Document))
                {
                    TableWriter.WriteMetadataOnly(writer, metaVersion, document.RootElement);
                }

                break;
            default:
                writer.WriteRawValue(kind.Render(stored).Span, skipInputValidation: true);
                break;
        }
    }

    private static void WriteMetadata(Utf8JsonWriter writer, ListPage page)
    {
        writer.WriteString("resourceVersion", page.Revision.ToString(CultureInfo.InvariantCulture));
        if (page.Continue is { } token)
        {
            writer.WriteString("continue", token.Encode());
        }

        if (page.Remaining is { } remaining)
        {
            writer.WriteNumber("remainingItemCount", remaining);
        }
    }
}
