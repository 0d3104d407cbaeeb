using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>Which of a pod's containers <c>logs</c> and <c>exec</c> mean. Pure but for what it says on stderr.</summary>
internal static class PodContainers
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>The pod of <c>ghost</c>, <c>pod/ghost</c>, <c>pods/ghost</c>.</summary>
    /// <exception cref="CommandFailure">Another type is named.</exception>
    public static string PodName(string word) => word.Split('/') switch
    {
        [var name] => name,
        ["pod" or "pods" or "po", { Length: > 0 } name] => name,
        _ => throw new CommandFailure($"error: {word} is no pod: write ghost, or pod/ghost"),
    };

    /// <summary>In the order in which they start.</summary>
    public static IReadOnlyList<string> All(JsonObject pod) => [.. Names(pod, "initContainers"), .. Names(pod, "containers"), .. Names(pod, "ephemeralContainers")];

    /// <summary>The one that is named, else the pod's first, which is then said.</summary>
    /// <exception cref="CommandFailure">The pod has no container of that name.</exception>
    public static string Choose(JsonObject pod, string? named)
    {
        if (named is not null)
        {
            return All(pod).Contains(named) ? named : throw new CommandFailure($"error: container {named} is not valid for pod {pod["metadata"]!["name"]} out of: {Shown(pod)}");
        }

        if ((string?)pod["metadata"]!["annotations"]?[DefaultContainer] is { } wanted && All(pod).Contains(wanted))
        {
            return wanted;
        }

        var first = Names(pod, "containers").First();
        if (All(pod).Count > 1)
        {
            Console.Error.WriteLine($"Defaulted container \"{first}\" out of: {Shown(pod)}");
        }

        return first;
    }

    private static string Shown(JsonObject pod) =>
        string.Join(", ", [.. Names(pod, "containers"), .. Names(pod, "ephemeralContainers").Select(name => $"{name} (ephem)"), .. Names(pod, "initContainers").Select(name => $"{name} (init)")]);

    private static IEnumerable<string> Names(JsonObject pod, string list) => (pod["spec"]?[list] as JsonArray ?? []).Select(container => (string)container!["name"]!);
}
