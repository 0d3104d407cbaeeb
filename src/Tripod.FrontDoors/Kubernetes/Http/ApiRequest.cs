using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>One request for a resource, its path and parameters understood. The router hands it to a handler.</summary>
internal sealed class ApiRequest(HttpContext http, RequestPath path, ServedKind kind, UserIdentity user)
{
    private const int LongestManager = 128;

    public HttpContext Http { get; } = http;

    public RequestPath Path { get; } = path;

    public ServedKind Kind { get; } = kind;

    public UserIdentity User { get; } = user;

    public CancellationToken Cancel => Http.RequestAborted;

    public string? Namespace => Path.Namespace;

    public string Name => Path.Name ?? throw ApiException.BadRequest("the request's path must name an object");

    /// <summary>The container that is meant: as the path of a kubelet names it, else as the parameter does.</summary>
    public string? Container
    {
        get => field ?? Query("container");
        init;
    }

    public bool IsStatus => Path.Subresource == "status";

    public string Key => ResourceKeys.Of(Kind.StoreResource, Kind.Namespaced ? Namespace : null, Name);

    public string Prefix => ResourceKeys.Prefix(Kind.StoreResource, Kind.Namespaced ? Namespace : null);

    /// <exception cref="ApiException">406.</exception>
    public AnswerForm Form => Accepted.Parse(Http.Request.Headers.Accept.ToString(), TakesTables);

    /// <summary>In which tables and bare metadata are written.</summary>
    public string MetaVersion => Accepted.MetaVersion(Http.Request.Headers.Accept.ToString(), TakesTables);

    /// <exception cref="ApiException">422.</exception>
    public bool DryRun => Query("dryRun") switch
    {
        null or "" => false,
        "All" => true,
        var other => throw ApiException.InvalidOption(OptionsKind, FieldError.NotSupported("dryRun", JsonValue.Create(other), "All")),
    };

    /// <exception cref="ApiException">422.</exception>
    public FieldValidation FieldValidation => Query("fieldValidation") switch
    {
        null or "" or "Warn" => FieldValidation.Warn,
        "Strict" => FieldValidation.Strict,
        "Ignore" => FieldValidation.Ignore,
        var other => throw ApiException.InvalidOption(OptionsKind, FieldError.NotSupported("fieldValidation", JsonValue.Create(other), "Ignore", "Strict", "Warn")),
    };

    /// <summary>Who owns what this request writes: as it says, or the name of its program.</summary>
    /// <exception cref="ApiException">422.</exception>
    public string FieldManager => NamedManager
        ?? (Http.Request.Headers.UserAgent.ToString().Split('/')[0] is { Length: > 0 } program ? program[..Math.Min(program.Length, LongestManager)] : "unknown");

    /// <summary>As the request says; null where it says nothing.</summary>
    /// <exception cref="ApiException">422.</exception>
    public string? NamedManager => Query("fieldManager") switch
    {
        null or "" => null,
        { Length: > LongestManager } => throw ApiException.InvalidOption(OptionsKind, FieldError.TooLong("fieldManager", LongestManager)),
        var named when named.Any(char.IsControl) => throw ApiException.InvalidOption(OptionsKind, FieldError.Invalid("fieldManager", named, "should only contain printable characters")),
        var named => named,
    };

    /// <exception cref="ApiException">400.</exception>
    public Selection Selection => Selection.Parse(Query("labelSelector"), FieldQuery, Kind);

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[^1] : null;

    public bool Flag(string name) => Query(name) is "" or "1" or "t" or "T" or "true" or "TRUE" or "True";

    /// <exception cref="ApiException">400.</exception>
    public long? Number(string name)
    {
        var text = Query(name);
        return string.IsNullOrEmpty(text) ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax ({name} must be an integer)");
    }

    public void Warn(IEnumerable<string> warnings)
    {
        // A write that is tried again, as another came in between, warns again.
        foreach (var warning in warnings.Select(warning => $"299 - \"{HeaderText(warning)}\"").Where(warning => !Http.Response.Headers["Warning"].Contains(warning)))
        {
            Http.Response.Headers.Append("Warning", warning);
        }
    }

    public async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        if (Http.Request.ContentLength > RequestBody.MaxBytes)
        {
            throw ApiException.RequestEntityTooLarge(RequestBody.MaxBytes);
        }

        using var body = new MemoryStream();
        await Http.Request.Body.CopyToAsync(body, Cancel).ConfigureAwait(false);
        return body.Length > RequestBody.MaxBytes
            ? throw ApiException.RequestEntityTooLarge(RequestBody.MaxBytes)
            : body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    public string ContentType => Http.Request.ContentType ?? "";

    // What begins with all that is there is for programs that keep it, and they keep objects.
    private bool TakesTables => !(Flag("watch") && Flag("sendInitialEvents") && Flag("allowWatchBookmarks"));

    private string OptionsKind => Http.Request.Method switch
    {
        "POST" => "CreateOptions",
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        _ => "DeleteOptions",
    };

    /// <summary>A request for one object by watch or list is one for the collection with that name.</summary>
    private string? FieldQuery => (Query("fieldSelector"), Path.Name) switch
    {
        (var fields, null) => fields,
        (null or "", { } name) => $"metadata.name={name}",
        ({ } fields, { } name) => $"{fields},metadata.name={name}",
    };

    // RFC 7230's quoted-string; what else a header may not hold becomes a question mark.
    private static string HeaderText(string text) =>
        string.Concat(text.Select(letter => letter switch
        {
            '"' or '\\' => $"\\{letter}",
            < ' ' or > '~' => "?",
            _ => letter.ToString(),
        }));
}
