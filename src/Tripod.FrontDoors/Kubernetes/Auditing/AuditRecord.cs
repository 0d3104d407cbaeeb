using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Authorization;

namespace Tripod.FrontDoors.Kubernetes.Auditing;

/// <summary>One request on its way into the <see cref="AuditLog"/>: who sent it, what for, how it ended. Bodies are not written down, since secrets stand in them.</summary>
internal sealed class AuditRecord(HttpContext http, AuditLog log, TimeProvider clock)
{
    private static readonly object Annotations = new();

    private readonly DateTimeOffset received = clock.GetUtcNow();
    private UserIdentity? sender;
    private AccessQuestion? asked;
    private ApiException? refusal;

    public void Asks(UserIdentity who, AccessQuestion question) => (sender, asked) = (who, question);

    /// <summary>What the handling of a request has to add to its line.</summary>
    public static void Annotate(HttpContext http, string name, string value)
    {
        var annotations = http.Items[Annotations] as Dictionary<string, string> ?? [];
        annotations[name] = value;
        http.Items[Annotations] = annotations;
    }

    public void Failed(Exception failure) => refusal = failure as ApiException;

    public void Complete() => log.Write([.. JsonBytes.Of(Event()).Span, (byte)'\n']);

    private JsonObject Event()
    {
        var request = http.Request;
        var document = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "audit.k8s.io/v1",
            ["level"] = "Metadata",
            ["auditID"] = Guid.NewGuid().ToString(),
            ["stage"] = "ResponseComplete",
            ["requestURI"] = $"{request.Path}{request.QueryString}",
            ["verb"] = asked?.Verb ?? request.Method.ToLowerInvariant(),
        };
        if (sender is not null)
        {
            document["user"] = User(sender);
        }

        if (asked is not null && sender is not null && asked.User != sender)
        {
            document["impersonatedUser"] = User(asked.User);
        }

        document["sourceIPs"] = Json.Texts(http.Connection.RemoteIpAddress is { } address ? [address.ToString()] : []);
        document["userAgent"] = request.Headers.UserAgent.ToString();
        if (asked is { Path: null })
        {
            document["objectRef"] = Object(asked);
        }

        var status = new JsonObject { ["metadata"] = new JsonObject(), ["code"] = refusal?.Code ?? http.Response.StatusCode };
        if (refusal is not null)
        {
            (status["status"], status["message"], status["reason"]) = ("Failure", refusal.Message, refusal.Reason);
        }

        document["responseStatus"] = status;
        document["requestReceivedTimestamp"] = Moment(received);
        document["stageTimestamp"] = Moment(clock.GetUtcNow());
        document["annotations"] = new JsonObject { ["authorization.k8s.io/decision"] = refusal is { Code: 401 or 403 } ? "forbid" : "allow" };
        foreach (var (name, value) in http.Items[Annotations] as Dictionary<string, string> ?? [])
        {
            document["annotations"]![name] = value;
        }

        return document;
    }

    private static JsonObject User(UserIdentity user)
    {
        var about = new JsonObject { ["username"] = user.Name };
        Json.AddTexts(about, "groups", user.Groups);
        return about;
    }

    private static JsonObject Object(AccessQuestion question)
    {
        var about = new JsonObject { ["resource"] = question.Resource };
        foreach (var (name, value) in ((string, string)[])[("namespace", question.Namespace), ("name", question.Name), ("apiGroup", question.Group), ("subresource", question.Subresource)])
        {
            if (value.Length > 0)
            {
                about[name] = value;
            }
        }

        return about;
    }

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
