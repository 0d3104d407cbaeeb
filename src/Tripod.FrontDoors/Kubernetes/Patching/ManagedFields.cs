using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>Keeps book of who wrote which field, on every create, update and patch; server-side apply reads it.</summary>
public static class ManagedFields
{
    private static readonly HashSet<string> NobodysMetadata = new(StringComparer.Ordinal)
    {
        "f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid", "f:clusterName", "f:generation", "f:managedFields", "f:resourceVersion",
    };

    /// <summary>Writes <c>metadata.managedFields</c> of <paramref name="changed"/>.</summary>
    /// <param name="old">As stored; null on create.</param>
    /// <param name="changed">As it shall be stored, defaults filled in.</param>
    /// <param name="manager">The client's name: <c>fieldManager</c>, or its user agent up to the slash.</param>
    /// <param name="apiVersion">The version in which the client wrote.</param>
    /// <param name="time">Now.</param>
    /// <param name="subresource">Empty for the object itself.</param>
    public static void RecordUpdate(
        JsonObject? old, JsonObject changed, KindSchema schema, string manager, string apiVersion, DateTimeOffset time, string subresource = "")
    {
        var owners = Owners(old, changed, subresource);
        var comparison = Compare(old ?? [], changed, schema, subresource);
        owners = Disown(owners, comparison, o => o.Is(manager, false, apiVersion, subresource));

        var at = owners.FindIndex(o => o.Is(manager, false, apiVersion, subresource));
        var before = at < 0 ? new FieldSet() : owners[at].Fields;
        var fields = before.Except(comparison.Removed).Union(comparison.Changed);
        if (at >= 0 && fields.SetEquals(before))
        {
            FieldOwner.Write(owners, changed);
            return;
        }
        var owner = new FieldOwner(manager, false, apiVersion, subresource, FieldOwner.Now(time), fields);
        if (at < 0)
        {
            owners.Add(owner);
        }
        else
        {
            owners[at] = owner;
        }
        FieldOwner.Write(owners, changed);
    }

    /// <summary>
    /// A client may edit the book, as kubectl does when it goes over to server-side apply, or throw it away by sending one
    /// empty entry. A book that is empty or illegible comes from clients that know of none, and so does one sent to a part.
    /// </summary>
    private static List<FieldOwner> Owners(JsonObject? old, JsonObject changed, string subresource)
    {
        if (subresource.Length == 0)
        {
            if (changed.Map("metadata")?["managedFields"] is JsonArray { Count: 1 } only && only[0] is JsonObject { Count: 0 })
            {
                return [];
            }

            if (FieldOwner.Read(changed) is { Count: > 0 } sent)
            {
                return sent;
            }
        }

        return FieldOwner.Read(old) ?? [];
    }

    /// <summary>A write that changes nothing but the times in the book, as the same apply done again, changes nothing at all.</summary>
    public static void KeepTimes(JsonObject old, JsonObject changed)
    {
        if (old.Map("metadata")?["managedFields"] is JsonArray kept && changed.Map("metadata")?["managedFields"] is JsonArray written
            && Timeless(kept).SetEquals(Timeless(written)) && JsonNode.DeepEquals(Unbooked(old), Unbooked(changed)))
        {
            changed["metadata"]!["managedFields"] = kept.DeepClone();
        }
    }

    private static HashSet<string> Timeless(JsonArray entries) =>
        [.. entries.OfType<JsonObject>().Select(entry => new JsonObject(entry.Where(field => field.Key != "time").Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))).ToJsonString())];

    private static JsonNode Unbooked(JsonObject document)
    {
        var copy = document.DeepClone();
        copy["metadata"]!.AsObject().Remove("managedFields");
        return copy;
    }

    internal static FieldComparison Compare(JsonObject old, JsonObject changed, KindSchema schema, string subresource)
    {
        var comparison = FieldComparison.Of(old, changed, schema.Type);
        return new FieldComparison(Strip(comparison.Changed, subresource), Strip(comparison.Removed, subresource));
    }

    /// <summary>Without what is nobody's, and what a write to this resource cannot reach.</summary>
    internal static FieldSet Strip(FieldSet set, string subresource)
    {
        var isStatus = subresource == "status";
        var result = new FieldSet();
        foreach (var (element, isMember, below) in set.Entries)
        {
            if (element is "f:apiVersion" or "f:kind" || (element == "f:status" && !isStatus) || (element == "f:spec" && isStatus))
            {
                continue;
            }
            if (element == "f:metadata")
            {
                result.Add(element, (below ?? new FieldSet()).Where(e => !NobodysMetadata.Contains(e)));
                continue;
            }
            if (isMember)
            {
                result.Add(element);
            }
            if (below is not null)
            {
                result.Add(element, below);
            }
        }
        return result;
    }

    /// <summary>Takes from all but one what is no longer theirs.</summary>
    internal static List<FieldOwner> Disown(List<FieldOwner> owners, FieldComparison comparison, Func<FieldOwner, bool> writer) =>
        [.. owners
            .Select(o => writer(o) ? o : o with { Fields = o.Fields.Except(comparison.Changed).Except(comparison.Removed) })
            .Where(o => !o.Fields.IsEmpty)];
}
