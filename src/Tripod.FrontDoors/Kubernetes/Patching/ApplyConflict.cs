using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The refusal of an apply that would change what others own.</summary>
internal static class ApplyConflict
{
    /// <exception cref="ApiException">409, with a cause for every field.</exception>
    public static void Check(IEnumerable<FieldOwner> others, FieldSet changed)
    {
        var conflicts = others
            .Select(o => (Owner: o.Show(), Paths: FieldSetText.Paths(o.Fields.Intersect(changed)).ToList()))
            .Where(c => c.Paths.Count > 0)
            .OrderBy(c => c.Owner, StringComparer.Ordinal)
            .ToList();
        if (conflicts.Count == 0)
        {
            return;
        }
        var causes = new JsonArray([.. conflicts.SelectMany(c => c.Paths.Select(p => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {c.Owner}",
            ["field"] = p,
        }))]);
        throw new ApiException(409, "Conflict", Message(conflicts, causes.Count), new JsonObject { ["causes"] = causes });
    }

    private static string Message(List<(string Owner, List<string> Paths)> conflicts, int count)
    {
        if (count == 1)
        {
            return $"Apply failed with 1 conflict: conflict with {conflicts[0].Owner}: {conflicts[0].Paths[0]}";
        }
        var lines = conflicts.SelectMany(c => c.Paths.Select(p => $"- {p}").Prepend($"conflicts with {c.Owner}:"));
        return $"Apply failed with {count} conflicts: {string.Join('\n', lines)}";
    }
}
