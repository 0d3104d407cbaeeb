using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>A refusal that the client sees as a Status object. Messages are Kubernetes' own, since clients match on them.</summary>
public sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The machine-readable reason, as <c>metav1.StatusReason</c>.</summary>
    public string Reason { get; } = reason;

    public JsonObject? Details { get; } = details;

    /// <summary>Where a list that cannot go on as it began can go on all the same; empty where this is about no list.</summary>
    public string Continue { get; init; } = "";

    /// <summary>The <c>v1 Status</c> body of this refusal, a new tree on each call.</summary>
    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue.Length > 0 ? new JsonObject { ["continue"] = Continue } : [],
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }
        status["code"] = Code;
        return status;
    }

    /// <summary>A path that leads nowhere. Clients look into the details of a 404 without asking whether there are any.</summary>
    public static ApiException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource", []);

    /// <param name="resource">Plural resource, with its group if it has one: <c>pods</c>, <c>deployments.apps</c>.</param>
    /// <param name="name">The object's name.</param>
    public static ApiException NotFound(string resource, string name) =>
        new(404, "NotFound", $"{resource} \"{name}\" not found", About(resource, name));

    public static ApiException AlreadyExists(string resource, string name) =>
        new(409, "AlreadyExists", $"{resource} \"{name}\" already exists", About(resource, name));

    public static ApiException Conflict(
        string resource, string name, string cause = "the object has been modified; please apply your changes to the latest version and try again") =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": {cause}", About(resource, name));

    public static ApiException Forbidden(string resource, string name, string cause) =>
        new(403, "Forbidden",
            name.Length == 0 ? $"{resource} is forbidden: {cause}" : $"{resource} \"{name}\" is forbidden: {cause}",
            About(resource, name));

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    /// <param name="kind">The kind, with its group if it has one: <c>Pod</c>, <c>Deployment.apps</c>.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="errors">At least one.</param>
    public static ApiException Invalid(string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(e => e.ToString()).Distinct(StringComparer.Ordinal).ToList();
        var text = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var details = About(kind, name);
        details["causes"] = new JsonArray([.. errors.Select(e => (JsonNode)new JsonObject
        {
            ["reason"] = e.Reason,
            ["message"] = e.Detail,
            ["field"] = e.Field,
        })]);
        return new(422, "Invalid", $"{kind} \"{name}\" is invalid: {text}", details);
    }

    /// <summary>A parameter of the request itself, which Kubernetes validates as an object of its own.</summary>
    public static ApiException InvalidOption(string kind, FieldError error) => Invalid($"{kind}.meta.k8s.io", "", [error]);

    public static ApiException UnsupportedMediaType(params IEnumerable<string> accepted) =>
        new(415, "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    public static ApiException NotAcceptable(params IEnumerable<string> offered) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {string.Join(", ", offered)}");

    public static ApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException RequestEntityTooLarge(long limit) =>
        new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");

    public static ApiException Internal(string message) =>
        new(500, "InternalError", $"Internal error occurred: {message}");

    /// <summary>Nothing was written. Kubernetes has no reason of its own for it: its store answers with an internal error.</summary>
    public static ApiException InsufficientStorage() =>
        new(507, "InternalError", "the object could not be stored: the disk of the engine's state is full: make room there, for example by removing images, and do it again");

    public static ApiException ServiceUnavailable(string message) => new(503, "ServiceUnavailable", message);

    private static JsonObject About(string resource, string name)
    {
        var dot = resource.IndexOf('.', StringComparison.Ordinal);
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }
        if (dot >= 0)
        {
            details["group"] = resource[(dot + 1)..];
        }
        details["kind"] = dot < 0 ? resource : resource[..dot];
        return details;
    }
}
