using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Selecting;

/// <summary>Which objects of a collection a request is about, by label and by field.</summary>
internal sealed record Selection(LabelSelector? Labels, FieldSelector? Fields)
{
    public bool IsEverything => Labels is null && Fields is null;

    /// <exception cref="ApiException">400.</exception>
    public static Selection Parse(string? labels, string? fields, ServedKind kind) => new(
        string.IsNullOrWhiteSpace(labels) ? null : LabelSelector.Parse(labels),
        string.IsNullOrEmpty(fields) ? null : FieldSelector.Parse(fields, kind));

    public bool Matches(StoredObject stored)
    {
        if (IsEverything)
        {
            return true;
        }

        using var document = JsonDocument.Parse(stored.Document);
        return Labels?.Matches(document.RootElement) != false && Fields?.Matches(document.RootElement) != false;
    }
}
