using System.Text.RegularExpressions;
using Xunit;

namespace Tripod.UnitTests.Docs;

/// <summary>A page of docs/ whose tables name tests.</summary>
internal static partial class DocumentTable
{
    public static readonly string Root = Find(AppContext.BaseDirectory);

    private static readonly Lazy<ILookup<string, string>> Sources = new(() => Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal));

    public static string Read(string name) => File.ReadAllText(Path.Combine(Root, "docs", name));

    /// <param name="name">Of the page, for the failure.</param>
    /// <param name="text">Of the page.</param>
    /// <param name="least">How many tests it names at least.</param>
    public static void EveryTestIsThere(string name, string text, int least)
    {
        var named = Test().Matches(text).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).Distinct().ToList();
        Assert.True(named.Count >= least, $"only {named.Count} tests are named");
        Assert.All(named, test => Assert.True(
            Sources.Value[test.Class].Any(source => Regex.IsMatch(source, $@"public (async Task|void|Task) {test.Method}\(")), $"docs/{name} names {test.Class}.{test.Method}"));
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Tripod.slnx")) ? folder : Find(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Test();
}
