using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>
/// Where a field that the schema does not have at its place belongs: the same object if misspelt, an object around it if
/// indented too deep, an object below it or elsewhere if not deep enough.
/// </summary>
internal static class FieldSuggestion
{
    private const int SearchDepth = 6;

    /// <param name="holder">The object in which the field was found, its type known.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value: a list is not suggested where the schema has none.</param>
    public static string? Find(Place? holder, string name, JsonNode? value, SchemaType type, SchemaType root)
    {
        if (Named(type, name, value, ignoreCase: true) is { } cased)
        {
            return Join(holder?.ToString() ?? "", cased.Name);
        }
        for (var place = holder; place is not null; place = place.Parent)
        {
            var outer = Outer(place, root);
            if (outer.Type is not null && Named(outer.Type, name, value, ignoreCase: false) is { } found)
            {
                return Join(outer.Place?.ToString() ?? "", found.Name);
            }
        }
        if (Misspelt(type, name, value) is { } near)
        {
            return Join(holder?.ToString() ?? "", near.Name);
        }
        var below = Below(type, holder?.ToString() ?? "", name, value);
        var elsewhere = Below(root, "", name, value);
        if ((below.Path ?? elsewhere.Path) is not null)
        {
            return below.Depth <= elsewhere.Depth ? below.Path : elsewhere.Path;
        }
        for (var place = holder; place is not null; place = place.Parent)
        {
            var outer = Outer(place, root);
            if (outer.Type is not null && Misspelt(outer.Type, name, value) is { } found)
            {
                return Join(outer.Place?.ToString() ?? "", found.Name);
            }
        }
        return null;
    }

    private static (Place? Place, SchemaType? Type) Outer(Place place, SchemaType root) =>
        place.Parent is null ? (null, root) : (place.Parent, place.Parent.Type);

    private static SchemaField? Named(SchemaType type, string name, JsonNode? value, bool ignoreCase) =>
        type.Fields.FirstOrDefault(f =>
            string.Equals(f.Name, name, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
            && Fits(f, value));

    private static SchemaField? Misspelt(SchemaType type, string name, JsonNode? value)
    {
        var allowed = name.Length < 4 ? 1 : name.Length < 8 ? 2 : 3;
        return type.Fields
            .Where(f => Fits(f, value) && f.Name is not ("apiVersion" or "kind"))
            .Select(f => (Field: f, Distance: Distance(f.Name, name)))
            .Where(c => c.Distance <= allowed && c.Distance < name.Length / 2.0)
            .OrderBy(c => c.Distance)
            .Select(c => c.Field)
            .FirstOrDefault();
    }

    // Breadth first: the least deep place is the likeliest, then one that every document has. Status is the server's to write, so nobody meant it.
    private static (string? Path, int Depth) Below(SchemaType start, string path, string name, JsonNode? value)
    {
        var seen = new HashSet<SchemaType> { start };
        var queue = new Queue<(SchemaType Type, string Path, int Depth)>([(start, path, 0)]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var field in at.Type.Fields.OrderByDescending(f => f.KeepsEmpty))
            {
                if (field.Shape == FieldShape.Map || field.Type is not { } inner
                    || field.Name is "status" or "managedFields" || !seen.Add(inner))
                {
                    continue;
                }
                var here = Join(at.Path, field.Name) + (field.Shape == FieldShape.List ? "[*]" : "");
                if (Named(inner, name, value, ignoreCase: false) is { } found)
                {
                    return (Join(here, found.Name), at.Depth);
                }
                if (at.Depth < SearchDepth)
                {
                    queue.Enqueue((inner, here, at.Depth + 1));
                }
            }
        }
        return (null, int.MaxValue);
    }

    private static bool Fits(SchemaField field, JsonNode? value) =>
        value switch
        {
            null => true,
            JsonArray => field.Shape == FieldShape.List,
            JsonObject => field.Shape == FieldShape.Map
                || (field.Shape == FieldShape.Single && field.Kind is FieldKind.Message or FieldKind.Raw or FieldKind.Fields),
            _ => field.Shape == FieldShape.Single && field.Kind != FieldKind.Message,
        };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    // Levenshtein, with one row.
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 3)
        {
            return int.MaxValue;
        }
        Span<int> row = stackalloc int[64];
        if (right.Length >= row.Length)
        {
            return int.MaxValue;
        }
        for (var j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var best = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = best;
            }
        }
        return row[right.Length];
    }
}
