using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Questions about the sender that are asked by POST and stored nowhere: <c>kubectl auth whoami</c> and <c>can-i</c>.</summary>
internal static class Reviews
{
    public static Func<HttpContext, UserIdentity, Task>? Find(string path) => path.TrimEnd('/') switch
    {
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => (http, user) => AnswerAsync(http, "authentication.k8s.io/v1", "SelfSubjectReview", review => review["status"] = WhoAmI(user)),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => (http, _) => AnswerAsync(http, "authorization.k8s.io/v1", "SelfSubjectAccessReview", Allow),
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" => (http, _) => AnswerAsync(http, "authorization.k8s.io/v1", "SelfSubjectRulesReview", AllowAll),
        _ => null,
    };

    private static async Task AnswerAsync(HttpContext http, string apiVersion, string kind, Action<JsonObject> fill)
    {
        if (http.Request.Method != "POST")
        {
            throw ApiException.MethodNotAllowed();
        }

        if (Accepted.Parse(http.Request.Headers.Accept.ToString()) != AnswerForm.Objects)
        {
            throw ApiException.NotAcceptable(JsonAnswer.MediaType);
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        var review = RequestBody.Decode(http.Request.ContentType ?? "", body.ToArray(), SchemaRegistry.Find(apiVersion, kind)!, FieldValidation.Ignore).Object;
        fill(review);
        await JsonAnswer.WriteAsync(http, 201, JsonBytes.Of(review)).ConfigureAwait(false);
    }

    private static JsonObject WhoAmI(UserIdentity user)
    {
        var about = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            about["uid"] = user.Uid;
        }

        about["groups"] = new JsonArray([.. user.Groups.Select(group => (JsonNode)JsonValue.Create(group))]);
        return new() { ["userInfo"] = about };
    }

    private static void Allow(JsonObject review) => review["status"] = new JsonObject { ["allowed"] = true };

    private static void AllowAll(JsonObject review)
    {
        static JsonArray Any() => new("*");
        review["status"] = new JsonObject
        {
            ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = Any(), ["apiGroups"] = Any(), ["resources"] = Any() }),
            ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = Any(), ["nonResourceURLs"] = Any() }),
            ["incomplete"] = false,
        };
    }
}
