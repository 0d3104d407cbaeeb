using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>
/// Programs that look through a whole cluster (<c>kubectl cluster-info</c>, and its <c>dump</c>) list kinds that are not
/// served too. That this machine has none of them (but <see cref="ApiService"/>) is a true answer, without which they would
/// not go on. People, who are shown tables, are told what there is in their place.
/// </summary>
internal static class UnservedLists
{
    public static bool IsAsked(HttpContext http, RequestPath path) =>
        http.Request.Method is "GET" or "HEAD" && path is { Name: null, Subresource: null } && UnservedKinds.Find(path.Group, path.Resource) is not null
        && !http.Request.Query.ContainsKey("watch")
        && (http.Request.Query["labelSelector"] == "kubernetes.io/cluster-service=true" || Accepted.Parse(http.Request.Headers.Accept.ToString()) is AnswerForm.Objects or AnswerForm.Protobuf);

    public static Task AnswerAsync(HttpContext http, RequestPath path, DoorParts door)
    {
        var kind = UnservedKinds.Find(path.Group, path.Resource)!;
        var items = ApiService.Listed(http, path, door);
        var metadata = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceVersion", $"{door.Store.Revision}");
            writer.WriteEndObject();
        });
        if (Accepted.Parse(http.Request.Headers.Accept.ToString()) == AnswerForm.Protobuf && SchemaRegistry.Find(kind.Group, kind.Version, kind.Kind) is { } schema)
        {
            return JsonAnswer.WriteAsync(http, 200, ProtobufWriter.WriteList(items, schema, metadata), ProtobufBody.MediaType);
        }

        return JsonAnswer.WriteAsync(http, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind", $"{kind.Kind}List");
            writer.WriteString("apiVersion", kind.Group.Length == 0 ? kind.Version : $"{kind.Group}/{kind.Version}");
            writer.WritePropertyName("metadata");
            writer.WriteRawValue(metadata.Span);
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                writer.WriteRawValue(item.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
