namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <param name="Path">As the document has it.</param>
/// <param name="Suggestion">The path where a field of that name, or one spelt much like it, belongs; null when there is none.</param>
internal sealed record UnknownField(string Path, string? Suggestion)
{
    /// <summary>Kubernetes' own words, which clients search for.</summary>
    public string Fact => $"unknown field \"{Path}\"";

    public string? Hint => Suggestion is null ? null : $"{Path}: unknown field; did you mean {Suggestion}?";
}
