using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>How to delete: from the request's body, or from its parameters where there is none.</summary>
internal sealed record DeleteOptions(long? GraceSeconds, string? Uid, string? ResourceVersion, bool DryRun)
{
    /// <summary>By which the garbage collector is told what becomes of what the object owns; null: it goes too, afterwards.</summary>
    public string? Finalizer { get; init; }

    public static async Task<DeleteOptions> ReadAsync(ApiRequest request)
    {
        var body = await request.ReadBodyAsync().ConfigureAwait(false);
        var document = body.IsEmpty
            ? []
            : RequestBody.Decode(request.ContentType, body, SchemaRegistry.DeleteOptions, FieldValidation.Ignore).Object;
        return Of(document, request);
    }

    public static DeleteOptions Of(JsonObject document, ApiRequest request)
    {
        var policy = document.Text("propagationPolicy") ?? request.Query("propagationPolicy");
        if (policy is not (null or "" or "Orphan" or "Background" or "Foreground"))
        {
            throw ApiException.InvalidOption("DeleteOptions", FieldError.NotSupported("propagationPolicy", JsonValue.Create(policy), "Background", "Foreground", "Orphan"));
        }

        if (policy is { Length: > 0 } && document.Flag("orphanDependents") is not null)
        {
            throw ApiException.InvalidOption("DeleteOptions", FieldError.Invalid("propagationPolicy", policy, "orphanDependents and propagationPolicy say the same: send one of them"));
        }

        if (document.Texts("dryRun").FirstOrDefault(mode => mode != "All") is { } unknown)
        {
            throw ApiException.InvalidOption("DeleteOptions", FieldError.NotSupported("dryRun", JsonValue.Create(unknown), "All"));
        }

        return new(
            document.Number("gracePeriodSeconds") ?? request.Number("gracePeriodSeconds"),
            document.Map("preconditions").Text("uid"),
            document.Map("preconditions").Text("resourceVersion"),
            request.DryRun || document.Texts("dryRun").Any())
        {
            Finalizer = policy is "Orphan" || (policy is null or "" && document.Flag("orphanDependents") == true) ? "orphan" : policy is "Foreground" ? "foregroundDeletion" : null,
        };
    }

    /// <exception cref="ApiException">409, the object is not the one that was meant.</exception>
    public void Check(string resource, string name, StoredObject stored, JsonObject document)
    {
        var uid = document.Map("metadata").Text("uid");
        if (Uid is { Length: > 0 } wanted && wanted != uid)
        {
            throw ApiException.Conflict(resource, name,
                $"the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
        }

        var revision = stored.Revision.ToString(CultureInfo.InvariantCulture);
        if (ResourceVersion is { Length: > 0 } version && version != revision)
        {
            throw ApiException.Conflict(resource, name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({revision}). The object might have been modified");
        }
    }
}
