using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>One entry of managedFields.</summary>
/// <param name="Manager">The client's name for itself.</param>
/// <param name="IsApply">Declared by server-side apply, rather than seen to be written.</param>
/// <param name="ApiVersion">The version in which the fields are named.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="Time">When the set last changed, in the API's notation.</param>
/// <param name="Fields">What it owns.</param>
internal sealed record FieldOwner(
    string Manager, bool IsApply, string ApiVersion, string Subresource, string? Time, FieldSet Fields)
{
    // As in Kubernetes: so many that only wrote are told apart.
    private const int MaxUpdaters = 10;

    public bool Is(string manager, bool isApply, string apiVersion, string subresource) =>
        Manager == manager && IsApply == isApply && Subresource == subresource && (isApply || ApiVersion == apiVersion);

    public string Show()
    {
        var text = $"\"{Manager}\"{(Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "")}";
        return IsApply ? text : $"{text} using {ApiVersion}";
    }

    /// <returns>Null when an entry cannot be understood.</returns>
    public static List<FieldOwner>? Read(JsonObject? document)
    {
        var owners = new List<FieldOwner>();
        foreach (var entry in document.Map("metadata").Maps("managedFields"))
        {
            if (entry.Text("operation") is not ("Apply" or "Update") || entry.Text("fieldsType") != "FieldsV1")
            {
                return null;
            }
            owners.Add(new FieldOwner(
                entry.Text("manager") ?? "", entry.Text("operation") == "Apply", entry.Text("apiVersion") ?? "",
                entry.Text("subresource") ?? "", entry.Text("time"), FieldSetText.Read(entry.Map("fieldsV1") ?? [])));
        }
        return owners;
    }

    public static void Write(IEnumerable<FieldOwner> owners, JsonObject document)
    {
        var metadata = document.MapOrNew("metadata");
        var list = new JsonArray();
        foreach (var owner in Cap(owners.Where(o => !o.Fields.IsEmpty))
            .OrderBy(o => o.IsApply ? 0 : 1).ThenBy(o => o.Time, StringComparer.Ordinal).ThenBy(o => o.Manager, StringComparer.Ordinal))
        {
            list.Add((JsonNode)owner.Write());
        }
        metadata.Remove("managedFields");
        if (list.Count > 0)
        {
            metadata["managedFields"] = list;
        }
    }

    public static string Now(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static List<FieldOwner> Cap(IEnumerable<FieldOwner> owners)
    {
        var all = owners.ToList();
        var updaters = all.Where(o => !o.IsApply).OrderBy(o => o.Time, StringComparer.Ordinal).ToList();
        if (updaters.Count <= MaxUpdaters)
        {
            return all;
        }
        var oldest = updaters[..(updaters.Count - MaxUpdaters + 1)];
        var merged = oldest[^1] with
        {
            Manager = "ancient-changes",
            Fields = oldest.Aggregate(new FieldSet(), (sum, o) => sum.Union(o.Fields)),
        };
        return [.. all.Except(oldest), merged];
    }

    private JsonObject Write()
    {
        var entry = new JsonObject { ["manager"] = Manager, ["operation"] = IsApply ? "Apply" : "Update", ["apiVersion"] = ApiVersion };
        if (Time is not null)
        {
            entry["time"] = Time;
        }
        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = FieldSetText.Write(Fields);
        if (Subresource.Length > 0)
        {
            entry["subresource"] = Subresource;
        }
        return entry;
    }
}
