using System.Text.RegularExpressions;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri.Devices;

/// <summary>A device by its qualified name: <c>vendor.com/class=name</c> (CDI spec, "kind" and "name"). Pure.</summary>
internal sealed partial record CdiName(string Kind, string Name)
{
    private const string AnnotationPrefix = "cdi.k8s.io/";

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static CdiName Parse(string text) => Qualified().Match(text) is { Success: true } match
        ? new(match.Groups[1].Value, match.Groups[2].Value)
        : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"CDI device {text}: write it as vendor/class=name, for example vendor.com/gpu=0");

    /// <summary>Of a container: those of its config, then those of its annotations (<c>cdi.k8s.io/ANY: NAME,NAME</c>), each once.</summary>
    public static IReadOnlyList<CdiName> Of(IEnumerable<string> devices, IEnumerable<KeyValuePair<string, string>> annotations) =>
    [
        .. devices.Concat(annotations.Where(pair => pair.Key.StartsWith(AnnotationPrefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Split(','))).Select(Parse).Distinct(),
    ];

    public static bool IsKind(string text) => KindOnly().IsMatch(text);

    public static bool IsName(string text) => NameOnly().IsMatch(text);

    public override string ToString() => $"{Kind}={Name}";

    private const string KindPattern = "[a-zA-Z](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?/[a-zA-Z](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?", NamePattern = "[a-zA-Z0-9](?:[a-zA-Z0-9_.:-]*[a-zA-Z0-9])?";

    [GeneratedRegex($"^({KindPattern})=({NamePattern})$")]
    private static partial Regex Qualified();

    [GeneratedRegex($"^{KindPattern}$")]
    private static partial Regex KindOnly();

    [GeneratedRegex($"^{NamePattern}$")]
    private static partial Regex NameOnly();
}
