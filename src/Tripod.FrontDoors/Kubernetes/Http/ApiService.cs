using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>
/// The one Service that there is: kubernetes in the namespace default, by which pods reach this API. Programs read it to
/// learn of which family a cluster's addresses are; Kubernetes' end-to-end tests begin with that. It is shown, not stored.
/// </summary>
internal static class ApiService
{
    private const string Namespace = "default", Name = "kubernetes";
    private const int PodsPort = 443;

    public static bool IsAsked(HttpContext http, RequestPath path) =>
        http.Request.Method is "GET" or "HEAD" && path is { Group: "", Version: "v1", Namespace: Namespace, Resource: "services", Name: Name, Subresource: null }
        && !http.Request.Query.ContainsKey("watch");

    public static Task AnswerAsync(HttpContext http, DoorParts door) =>
        Accepted.Parse(http.Request.Headers.Accept.ToString(), tables: false) == AnswerForm.Protobuf
            ? JsonAnswer.WriteAsync(http, 200, ProtobufWriter.Write(Document(door), SchemaRegistry.Find("v1", "Service")!), ProtobufBody.MediaType)
            : JsonAnswer.WriteAsync(http, 200, Document(door));

    /// <returns>The Service, or nothing where the list is of another namespace or kind, or selects something else.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Listed(HttpContext http, RequestPath path, DoorParts door)
    {
        if (path is not { Group: "", Resource: "services", Namespace: null or Namespace } || http.Request.Query.ContainsKey("fieldSelector"))
        {
            return [];
        }

        var (document, labels) = (Document(door), http.Request.Query["labelSelector"].ToString());
        using var read = JsonDocument.Parse(document);
        return labels.Length == 0 || LabelSelector.Parse(labels).Matches(read.RootElement) ? [document] : [];
    }

    private static ReadOnlyMemory<byte> Document(DoorParts door)
    {
        var space = door.Store.Get(ResourceKeys.Of("namespaces", null, Namespace)) ?? throw ApiException.NotFound("namespaces", Namespace);
        var listens = door.Options.Listen[0];
        return JsonBytes.Of(Describe(JsonBytes.Parse(space.Document).Map("metadata")!, space.Revision, door.Options.ApiAddress, listens));
    }

    /// <param name="space">The metadata of the namespace, which the Service is as old as.</param>
    /// <param name="revision">The namespace's.</param>
    /// <param name="podsAddress">Where pods reach the API; null: where everybody does.</param>
    /// <param name="listens">Where the API listens.</param>
    internal static JsonObject Describe(JsonObject space, long revision, string? podsAddress, IPEndPoint listens)
    {
        var address = podsAddress is null ? listens.Address : IPAddress.Parse(podsAddress);
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["namespace"] = Namespace,
                ["uid"] = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{space.Text("uid")}/services/{Name}")).AsSpan(0, 16)).ToString(),
                ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture),
                ["creationTimestamp"] = space.Text("creationTimestamp"),
                ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = Name },
            },
            ["spec"] = new JsonObject
            {
                ["ports"] = new JsonArray(new JsonObject
                {
                    ["name"] = "https",
                    ["protocol"] = "TCP",
                    ["port"] = JsonText.Number(podsAddress is null ? listens.Port : PodsPort),
                    ["targetPort"] = JsonText.Number(listens.Port),
                }),
                ["clusterIP"] = address.ToString(),
                ["clusterIPs"] = new JsonArray(address.ToString()),
                ["type"] = "ClusterIP",
                ["sessionAffinity"] = "None",
                ["ipFamilies"] = new JsonArray(address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4"),
                ["ipFamilyPolicy"] = "SingleStack",
                ["internalTrafficPolicy"] = "Cluster",
            },
            ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
        };
    }
}
