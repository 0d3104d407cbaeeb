using System.Text.Json;

namespace Tripod.FrontDoors.Kubernetes.Selecting;

/// <summary>A parsed <c>labelSelector</c>: all of its requirements must hold.</summary>
internal sealed record LabelSelector(IReadOnlyList<LabelRequirement> Requirements)
{
    /// <exception cref="ApiException">400, the text is no selector.</exception>
    public static LabelSelector Parse(string text) => new(new LabelSelectorParser(text).Parse());

    public bool Matches(JsonElement document) =>
        Requirements.All(requirement => requirement.Matches(
            document.At("metadata", "labels", requirement.Key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null));
}
