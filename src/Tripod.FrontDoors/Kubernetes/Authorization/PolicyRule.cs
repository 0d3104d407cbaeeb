using System.Text.Json;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>One rule of a role: each of its verbs on each of its resources, or on each of its paths.</summary>
internal sealed record PolicyRule(
    IReadOnlyList<string> Verbs, IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Names, IReadOnlyList<string> Paths)
{
    private const string Any = "*";

    public static IReadOnlyList<PolicyRule> Of(JsonElement role) => [.. role.Items("rules").Select(rule => new PolicyRule(
        Texts(rule, "verbs"), Texts(rule, "apiGroups"), Texts(rule, "resources"), Texts(rule, "resourceNames"), Texts(rule, "nonResourceURLs")))];

    public bool Allows(AccessQuestion question) => Has(Verbs, question.Verb) && (question.Path is { } path
        ? Paths.Any(known => known == path || (known.EndsWith('*') && path.StartsWith(known[..^1], StringComparison.Ordinal)))
        : Has(Groups, question.Group) && Reaches(question) && (Names.Count == 0 || (question.Name.Length > 0 && Names.Contains(question.Name, StringComparer.Ordinal))));

    private bool Reaches(AccessQuestion question) => Resources.Any(known =>
        known == Any || known == question.Part || (question.Subresource.Length > 0 && known == $"*/{question.Subresource}"));

    private static bool Has(IReadOnlyList<string> known, string asked) => known.Any(one => one == Any || one == asked);

    private static List<string> Texts(JsonElement rule, string name) => [.. rule.Items(name).Select(text => text.GetString() ?? "")];
}
