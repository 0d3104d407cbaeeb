using System.Text.RegularExpressions;
using Xunit;

namespace Tripod.UnitTests.Docs;

/// <summary>What the documents name is there.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Root = Find(AppContext.BaseDirectory);

    public static TheoryData<string> Documents() =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)).Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        var targets = Link().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal));
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Files_of_the_tree_that_are_named_are_there(string document) => Assert.All(
        TreeFile().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(match => match.Groups[1].Value),
        path => Assert.True(Path.Exists(Path.Combine(Root, path)), $"{document} names {path}"));

    [Fact]
    public void Make_targets_that_README_names_are_in_the_Makefile()
    {
        var makefile = File.ReadAllText(Path.Combine(Root, "Makefile"));
        var named = MakeTarget().Matches(File.ReadAllText(Path.Combine(Root, "README.md"))).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.Contains("demo", named);
        Assert.All(named, target => Assert.Matches($"(?m)^{target}:.*## ", makefile));
    }

    /// <summary>A table of what works is worth as much as the tests that it names.</summary>
    [Theory]
    [MemberData(nameof(Documents))]
    public void Tests_that_are_named_are_there(string document)
    {
        var sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(
            NamedTest().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)),
            test => Assert.True(sources.Contains($"class {test.Class}", StringComparison.Ordinal) && sources.Contains($" {test.Method}(", StringComparison.Ordinal), $"{document} names {test.Class}.{test.Method}"));
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Tripod.slnx")) ? folder : Find(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`((?:src|tests|build|bench|examples|docs)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex TreeFile();

    [GeneratedRegex("`([A-Za-z]+Tests)\\.([A-Za-z0-9_]+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"(?m)^    make ([a-z]+)")]
    private static partial Regex MakeTarget();
}
