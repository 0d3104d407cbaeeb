using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Pods;
using Tripod.Pods.Accounts;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Accounts;

/// <summary>POST of a ServiceAccount's token, as <c>kubectl create token</c> sends it.</summary>
internal sealed class RequestToken(DoorParts door)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1L << 32);

    public async Task HandleAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var schema = SchemaRegistry.Find("authentication.k8s.io/v1", "TokenRequest")!;
        var asked = RequestBody.Decode(request.ContentType, body, schema, request.FieldValidation).Object;
        var tokens = door.Pods?.Tokens ?? throw ApiException.ServiceUnavailable("this API keeps objects only: it issues no tokens");
        var account = door.Store.Get(request.Key) is { } stored ? JsonBytes.Parse(stored.Document) : throw ApiException.NotFound("serviceaccounts", request.Name);
        var spec = asked.MapOrNew("spec");
        var life = TimeSpan.FromSeconds(spec.Number("expirationSeconds") ?? 3600);
        Check(request.Name, life);
        var audiences = spec.Texts("audiences").ToList();
        var token = new AccountToken
        {
            Namespace = request.Namespace!,
            Account = request.Name,
            AccountUid = account.Map("metadata").Text("uid") ?? "",
            Audiences = audiences.Count > 0 ? audiences : [AccountTokens.Issuer],
            IssuedAt = door.Now,
            ExpiresAt = door.Now + life,
            BoundTo = Bound(request, spec.Map("boundObjectRef")),
        };
        spec["audiences"] = Json.Texts(token.Audiences);
        spec["expirationSeconds"] = JsonText.Number((long)life.TotalSeconds);
        asked["metadata"] = new JsonObject { ["name"] = request.Name, ["namespace"] = request.Namespace, ["creationTimestamp"] = Timestamps.Of(door.Now) };
        asked["status"] = new JsonObject { ["token"] = tokens.Issue(token), ["expirationTimestamp"] = Timestamps.Of(token.ExpiresAt) };
        await (request.Form == AnswerForm.Protobuf
            ? JsonAnswer.WriteAsync(request.Http, 201, ProtobufWriter.Write(JsonBytes.Of(asked), schema), ProtobufBody.MediaType)
            : JsonAnswer.WriteAsync(request.Http, 201, JsonBytes.Of(asked))).ConfigureAwait(false);
    }

    private static void Check(string name, TimeSpan life)
    {
        if (life < AccountTokens.Shortest || life > Longest)
        {
            var why = life > Longest ? "may not specify a duration larger than 2^32 seconds" : "may not specify a duration less than 10 minutes";
            throw ApiException.Invalid("TokenRequest.authentication.k8s.io", name, [FieldError.Invalid("spec.expirationSeconds", (long)life.TotalSeconds, why)]);
        }
    }

    private (string Kind, string Name, string Uid)? Bound(ApiRequest request, JsonObject? reference)
    {
        if (reference is null)
        {
            return null;
        }

        var (kind, name) = (reference.Text("kind") ?? "", reference.Text("name") ?? "");
        var resource = kind switch
        {
            "Pod" => "pods",
            "Secret" => "secrets",
            _ => throw ApiException.BadRequest($"cannot bind token to object of type {kind}: name a Pod or a Secret"),
        };
        var stored = door.Store.Get(ResourceKeys.Of(resource, request.Namespace, name)) ?? throw ApiException.NotFound(resource, name);
        var uid = JsonBytes.Parse(stored.Document).Map("metadata").Text("uid") ?? "";
        return reference.Text("uid") is { Length: > 0 } wanted && wanted != uid
            ? throw ApiException.Conflict(resource, name, $"the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated")
            : (kind.ToLowerInvariant(), name, uid);
    }
}
