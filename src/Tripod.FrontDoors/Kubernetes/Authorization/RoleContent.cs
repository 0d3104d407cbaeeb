using System.Text.Json;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>A role as it is asked. Made once for each revision of the stored role.</summary>
/// <param name="Rules">Its own.</param>
/// <param name="Aggregates">Labels of which other cluster roles must bear all of one set to lend it their rules.</param>
/// <param name="Labels">Its own labels.</param>
internal sealed record RoleContent(
    IReadOnlyList<PolicyRule> Rules, IReadOnlyList<IReadOnlyDictionary<string, string>> Aggregates, IReadOnlyDictionary<string, string> Labels)
{
    public static RoleContent Parse(ReadOnlyMemory<byte> document)
    {
        using var role = JsonDocument.Parse(document);
        var root = role.RootElement;
        return new(
            PolicyRule.Of(root),
            [.. root.Items("aggregationRule", "clusterRoleSelectors").Select(selector => Texts(selector, "matchLabels"))],
            Texts(root, "metadata", "labels"));
    }

    public bool Takes(RoleContent other) => Aggregates.Any(labels => labels.Count > 0 && labels.All(label => other.Labels.GetValueOrDefault(label.Key) == label.Value));

    private static Dictionary<string, string> Texts(JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.Ordinal) : [];
}
