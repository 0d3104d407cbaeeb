using System.CommandLine;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>What <c>pod ghost</c>, <c>po,cm</c>, <c>pod/ghost cm/nginx-config</c> name. Pure but for the table of types.</summary>
internal static class NamedObjects
{
    public static Argument<string[]> Argument(ArgumentArity arity) => new("type") { Arity = arity, HelpName = "type [name…] or type/name…", Description = "pods, pod ghost, po,cm, or pod/ghost cm/nginx-config" };

    /// <summary>A type, and a name, or null for all of it.</summary>
    /// <exception cref="CommandFailure">The words do not say what is meant.</exception>
    public static IReadOnlyList<(ResourceType Type, string? Name)> Parse(IReadOnlyList<ResourceType> all, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            throw new CommandFailure("error: you must specify the type of resource: pods, pod ghost, or pod/ghost");
        }

        if (words.Any(word => word.Contains('/', StringComparison.Ordinal)))
        {
            return [.. words.Select(word => Pair(all, word))];
        }

        var types = words[0].Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(name => name == "all" ? [ResourceType.Find(all, "pods")] : (ResourceType[])[ResourceType.Find(all, name)]).ToList();
        return words.Count == 1
            ? [.. types.Select(type => (type, (string?)null))]
            : [.. types.SelectMany(type => words.Skip(1).Select(name => (type, (string?)name)))];
    }

    private static (ResourceType Type, string? Name) Pair(IReadOnlyList<ResourceType> all, string word) =>
        word.Split('/') is [{ Length: > 0 } type, { Length: > 0 } name]
            ? (ResourceType.Find(all, type), name)
            : throw new CommandFailure($"error: {word}: write it as TYPE/NAME, for example pod/ghost; there is no mixing with TYPE NAME");
}
