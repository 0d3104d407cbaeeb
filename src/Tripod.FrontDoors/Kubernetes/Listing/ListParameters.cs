using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Listing;

/// <summary>What a list or watch asks for, beside its selection.</summary>
/// <param name="Revision">Null when unset; 0: whatever is at hand.</param>
/// <param name="Match"><c>Exact</c>, <c>NotOlderThan</c> or empty.</param>
/// <param name="Limit">0: no limit.</param>
/// <param name="Continue">As an earlier answer gave it; empty: from the start.</param>
/// <param name="SendInitialEvents">Null when unset.</param>
internal sealed record ListParameters(long? Revision, string Match, long Limit, string Continue, bool? SendInitialEvents)
{
    /// <exception cref="ApiException">400 or 422.</exception>
    public static ListParameters Parse(ApiRequest request, bool isWatch)
    {
        var revision = request.Query("resourceVersion") is { Length: > 0 } text ? ParseRevision(text) : (long?)null;
        var parameters = new ListParameters(
            revision,
            request.Query("resourceVersionMatch") ?? "",
            Math.Max(0, request.Number("limit") ?? 0),
            request.Query("continue") ?? "",
            request.Query("sendInitialEvents") is { Length: > 0 } ? request.Flag("sendInitialEvents") : null);
        var errors = parameters.Check(isWatch);
        return errors.Count == 0 ? parameters : throw ApiException.Invalid("ListOptions.meta.k8s.io", "", errors);
    }

    /// <exception cref="ApiException">400.</exception>
    public static long ParseRevision(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiException.BadRequest($"Invalid value: \"{text}\": resourceVersion must be a whole number from an earlier answer");

    /// <exception cref="ApiException">504, the revision was never given: the client's knowledge is from another life of this store.</exception>
    public static void CheckNotAhead(long revision, long current)
    {
        if (revision > current)
        {
            throw new ApiException(504, "Timeout", $"Timeout: Too large resource version: {revision}, current: {current}", new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            });
        }
    }

    private List<FieldError> Check(bool isWatch)
    {
        var errors = new List<FieldError>();
        if (SendInitialEvents is not null && !isWatch)
        {
            errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }

        if (SendInitialEvents is not null && Match != "NotOlderThan")
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        if (Match.Length == 0)
        {
            return errors;
        }

        if (isWatch && SendInitialEvents is null)
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }

        if (!isWatch && Revision is null)
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }

        if (Continue.Length > 0)
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        }

        if (Match is not ("Exact" or "NotOlderThan"))
        {
            errors.Add(FieldError.NotSupported("resourceVersionMatch", JsonValue.Create(Match), "Exact", "NotOlderThan", ""));
        }

        if (Match == "Exact" && Revision == 0)
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\""));
        }

        return errors;
    }
}
