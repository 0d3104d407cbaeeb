using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>What a pod's containers ask for together of one resource: the most of them that run at a time (Kubernetes: Resource sharing within containers). Pure.</summary>
internal static class ContainerRequests
{
    /// <returns>Null where none of them asks.</returns>
    public static Quantity? Of(JsonObject spec, string resource)
    {
        Quantity? sidecars = null, most = null;
        foreach (var init in spec.Maps("initContainers"))
        {
            var asked = Asked(init, resource);
            if (init.Text("restartPolicy") == "Always")
            {
                sidecars = Sum(sidecars, asked);
                most = More(most, sidecars);
            }
            else
            {
                most = More(most, Sum(sidecars, asked));
            }
        }

        return More(most, spec.Maps("containers").Aggregate(sidecars, (sum, container) => Sum(sum, Asked(container, resource))));
    }

    private static Quantity? Asked(JsonObject container, string resource)
    {
        var resources = container.Map("resources");
        var written = resources.Map("requests")?[resource] ?? resources.Map("limits")?[resource];
        return Quantity.TryParse(written?.ToString() ?? "", out var amount) ? amount : null;
    }

    private static Quantity? Sum(Quantity? one, Quantity? other) => one is { } left ? other is { } right ? left.Plus(right) : left : other;

    private static Quantity? More(Quantity? one, Quantity? other) => one is { } left && other is { } right ? left.CompareTo(right) >= 0 ? left : right : one ?? other;
}
