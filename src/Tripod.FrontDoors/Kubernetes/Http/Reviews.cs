using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Questions that are asked by POST and stored nowhere: who am I, what may I, what may another, whose is this token.</summary>
internal sealed class Reviews(Authorizer authorizer, Authenticator authenticator)
{
    private const string Authentication = "authentication.k8s.io", Authorization = "authorization.k8s.io";

    public static IReadOnlyList<(string Group, string Plural, string Kind, bool Namespaced)> All { get; } =
    [
        (Authentication, "selfsubjectreviews", "SelfSubjectReview", false),
        (Authentication, "tokenreviews", "TokenReview", false),
        (Authorization, "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
        (Authorization, "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
        (Authorization, "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
        (Authorization, "subjectaccessreviews", "SubjectAccessReview", false),
    ];

    /// <returns>Null where the path is no review's.</returns>
    public Func<HttpContext, UserIdentity, Task>? Find(RequestPath path)
    {
        var found = All.FirstOrDefault(review => review.Group == path.Group && review.Plural == path.Resource && path.Version == "v1");
        return found.Kind is null || path.Name is not null || path.Namespace is not null != found.Namespaced ? null
            : (http, user) => AnswerAsync(http, $"{found.Group}/v1", found.Kind, review => review["status"] = Answer(found.Kind, review, path, user));
    }

    private JsonObject Answer(string kind, JsonObject review, RequestPath path, UserIdentity user) => kind switch
    {
        "SelfSubjectReview" => new() { ["userInfo"] = Show(user) },
        "TokenReview" => Token(review.Map("spec")),
        "SelfSubjectAccessReview" => Decide(review.Map("spec"), user, null),
        "SelfSubjectRulesReview" => RulesAnswer.Of(authorizer, user, review.Map("spec").Text("namespace") ?? ""),
        _ => Decide(review.Map("spec"), Subject(review.Map("spec")), path.Namespace),
    };

    private JsonObject Token(JsonObject? spec)
    {
        var token = spec.Text("token") is { Length: > 0 } given ? given : throw ApiException.BadRequest("token review: spec.token must hold the token that is asked about");
        return authenticator.FindToken(token, [.. spec.Texts("audiences")]) is var (user, audiences)
            ? new() { ["authenticated"] = true, ["user"] = Show(user), ["audiences"] = Json.Texts(audiences) }
            : new() { ["user"] = new JsonObject(), ["error"] = "unknown bearer token, or one that is not meant for those who ask" };
    }

    private JsonObject Decide(JsonObject? spec, UserIdentity user, string? space)
    {
        var (resource, other) = (spec.Map("resourceAttributes"), spec.Map("nonResourceAttributes"));
        if (resource is null == other is null)
        {
            throw ApiException.BadRequest("access review: exactly one of spec.resourceAttributes and spec.nonResourceAttributes must be given");
        }

        if (space is not null && resource.Text("namespace") != space)
        {
            throw ApiException.BadRequest($"access review: spec.resourceAttributes.namespace must match namespace: {space}");
        }

        var allowed = authorizer.Allows(other is not null
            ? new(user, other.Text("verb") ?? "") { Path = other.Text("path") ?? "" }
            : new(user, resource.Text("verb") ?? "")
            {
                Group = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Namespace = resource.Text("namespace") ?? "",
                Name = resource.Text("name") ?? "",
            });
        return new() { ["allowed"] = allowed };
    }

    private static UserIdentity Subject(JsonObject? spec) => new(spec.Text("user") ?? "", spec.Text("uid") ?? "", [.. spec.Texts("groups")]);

    private static JsonObject Show(UserIdentity user)
    {
        var about = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            about["uid"] = user.Uid;
        }

        Json.AddTexts(about, "groups", user.Groups);
        if (user.Extra.Count > 0)
        {
            about["extra"] = new JsonObject(user.Extra.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Json.Texts(field.Value))));
        }

        return about;
    }

    private static async Task AnswerAsync(HttpContext http, string apiVersion, string kind, Action<JsonObject> fill)
    {
        if (http.Request.Method != "POST")
        {
            throw ApiException.MethodNotAllowed();
        }

        var form = Accepted.Parse(http.Request.Headers.Accept.ToString());
        if (form is AnswerForm.Table or AnswerForm.Metadata)
        {
            throw ApiException.NotAcceptable(JsonAnswer.MediaType);
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        var schema = SchemaRegistry.Find(apiVersion, kind)!;
        var review = RequestBody.Decode(http.Request.ContentType ?? "", body.ToArray(), schema, FieldValidation.Ignore).Object;
        fill(review);
        await (form == AnswerForm.Protobuf
            ? JsonAnswer.WriteAsync(http, 201, ProtobufWriter.Write(JsonBytes.Of(review), schema), ProtobufBody.MediaType)
            : JsonAnswer.WriteAsync(http, 201, JsonBytes.Of(review))).ConfigureAwait(false);
    }
}
