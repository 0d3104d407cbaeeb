using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>
/// The client says what it wants to own; the server merges it, takes away what the client no longer wants, and refuses what
/// another one owns. Lists merge by the keys that the schema names for it, not by those of a strategic merge patch.
/// </summary>
public static class ServerSideApply
{
    public const string MediaType = "application/apply-patch+yaml";

    /// <param name="live">As stored; null when the object is new.</param>
    /// <param name="config">What the client wants, checked against the schema.</param>
    /// <param name="schema">The object's kind.</param>
    /// <param name="manager">The request's <c>fieldManager</c>.</param>
    /// <param name="force">Take fields from other owners.</param>
    /// <param name="time">Now.</param>
    /// <param name="subresource">Empty for the object itself.</param>
    /// <returns>A new document with its managedFields; defaults and validation are to follow.</returns>
    /// <exception cref="ApiException">409 with a cause per field that another one owns; 400, the configuration cannot be understood.</exception>
    public static JsonObject Apply(
        JsonObject? live, JsonObject config, KindSchema schema, string manager, bool force, DateTimeOffset time, string subresource = "")
    {
        if (config.Map("metadata")?["managedFields"] is not null)
        {
            throw ApiException.BadRequest("metadata.managedFields must be nil");
        }
        var old = live ?? [];
        var owners = Owners(live, schema);
        var apiVersion = schema.ApiVersion;
        var named = AppliedFields.Of(config, schema.Type);
        var applied = ManagedFields.Strip(named, subresource);

        var at = owners.FindIndex(o => o.Is(manager, true, apiVersion, subresource));
        var last = at < 0 ? null : owners[at];
        var mine = new FieldOwner(manager, true, apiVersion, subresource, last?.Time, applied);
        if (at < 0)
        {
            owners.Add(mine);
        }
        else
        {
            owners[at] = mine;
        }

        var merged = ApplyMerge.Merge(old, config, schema.Type);
        if (last is not null)
        {
            // Names and the like are in nobody's book, yet whoever says them wants the metadata around them kept.
            var kept = owners.Aggregate(named, (sum, o) => sum.Union(o.Fields));
            ApplyPrune.Prune(merged, last.Fields, kept, schema.Type);
        }

        var comparison = ManagedFields.Compare(old, merged, schema, subresource);
        if (!force)
        {
            ApplyConflict.Check(owners.Where(o => o != mine), comparison.Changed.Except(LastApplied.Fields(old, schema, manager)));
        }
        owners = ManagedFields.Disown(owners, comparison, o => o == mine);
        LastApplied.Update(live, merged, config, manager);
        if (last is null || !last.Fields.SetEquals(applied) || !JsonNode.DeepEquals(old, merged))
        {
            owners = [.. owners.Select(o => o == mine ? o with { Time = FieldOwner.Now(time) } : o)];
        }
        FieldOwner.Write(owners, merged);
        return merged;
    }

    // What was there before anyone kept book belongs to one made-up writer, so that taking it over is a conflict.
    private static List<FieldOwner> Owners(JsonObject? live, KindSchema schema)
    {
        var owners = FieldOwner.Read(live) ?? [];
        if (live is not null && owners.Count == 0)
        {
            owners.Add(new FieldOwner(
                "before-first-apply", false, schema.ApiVersion, "", null, ManagedFields.Compare([], live, schema, "").Changed));
        }
        return owners;
    }
}
