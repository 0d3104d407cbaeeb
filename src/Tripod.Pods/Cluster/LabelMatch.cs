using k8s.Models;

namespace Tripod.Pods.Cluster;

/// <summary>Whether labels meet a selector as objects hold it. Pure.</summary>
internal static class LabelMatch
{
    /// <param name="selector">An empty one selects all.</param>
    public static bool Selects(V1LabelSelector selector, IDictionary<string, string>? labels)
    {
        var known = labels ?? new Dictionary<string, string>();
        return (selector.MatchLabels ?? new Dictionary<string, string>()).All(wanted => known.TryGetValue(wanted.Key, out var value) && value == wanted.Value)
            && (selector.MatchExpressions ?? []).All(wanted => Holds(wanted, known.TryGetValue(wanted.Key, out var value) ? value : null));
    }

    private static bool Holds(V1LabelSelectorRequirement wanted, string? value) => wanted.OperatorProperty switch
    {
        "In" => value is not null && wanted.Values?.Contains(value) == true,
        "NotIn" => value is null || wanted.Values?.Contains(value) != true,
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        _ => false,
    };
}
