using k8s.Models;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>Label selectors as pods' affinity and spreading have them, with the values that are taken from the pod itself. Pure.</summary>
internal static class PodSelector
{
    /// <summary>No selector selects nothing; an empty one selects everything.</summary>
    public static bool Matches(V1LabelSelector? selector, IDictionary<string, string>? labels)
    {
        if (selector is null)
        {
            return false;
        }

        labels ??= new Dictionary<string, string>();
        return (selector.MatchLabels ?? new Dictionary<string, string>()).All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value)
            && (selector.MatchExpressions ?? []).All(wanted => Holds(wanted, labels.TryGetValue(wanted.Key, out var value) ? value : null));
    }

    /// <summary>For each key, the labels have the owner's value; where the owner has none, the key says nothing.</summary>
    public static bool SharesLabels(IList<string>? keys, V1Pod owner, IDictionary<string, string>? labels) => All(keys, owner, labels, same: true);

    /// <summary>For each key, the labels do not have the owner's value.</summary>
    public static bool DiffersInLabels(IList<string>? keys, V1Pod owner, IDictionary<string, string>? labels) => All(keys, owner, labels, same: false);

    private static bool All(IList<string>? keys, V1Pod owner, IDictionary<string, string>? labels, bool same) => (keys ?? []).All(key =>
        owner.Metadata.Labels?.TryGetValue(key, out var own) != true || (labels?.TryGetValue(key, out var value) == true && value == own) == same);

    private static bool Holds(V1LabelSelectorRequirement wanted, string? value) => wanted.OperatorProperty switch
    {
        "In" => value is not null && wanted.Values?.Contains(value) == true,
        "NotIn" => value is null || wanted.Values?.Contains(value) != true,
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        _ => false,
    };
}
