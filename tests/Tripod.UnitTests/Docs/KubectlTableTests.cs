using System.Text.RegularExpressions;
using Xunit;

namespace Tripod.UnitTests.Docs;

/// <summary>docs/kubectl.md leaves out no verb, and names no test that is not there.</summary>
public sealed partial class KubectlTableTests
{
    // As kubectl 1.33 lists them, but for help and options, which ask nothing of a server.
    private static readonly string[] Verbs =
    [
        "annotate", "api-resources", "api-versions", "apply", "attach", "auth", "autoscale", "certificate", "cluster-info", "completion", "config", "cordon", "cp", "create",
        "debug", "delete", "describe", "diff", "drain", "edit", "events", "exec", "explain", "expose", "get", "kustomize", "label", "logs", "patch", "plugin", "port-forward",
        "proxy", "replace", "rollout", "run", "scale", "set", "taint", "top", "uncordon", "version", "wait",
    ];

    private static readonly string Root = Find(AppContext.BaseDirectory);

    private static readonly string Table = File.ReadAllText(Path.Combine(Root, "docs/kubectl.md"));

    [Fact]
    public void Every_verb_has_its_row_with_a_test() =>
        Assert.All(Verbs, verb => Assert.Matches($@"(?m)^\| `{verb}` \| .+ \| (`\w+\.\w+` ?)+\|$", Table));

    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);
        var named = Test().Matches(Table).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).Distinct().ToList();
        Assert.True(named.Count > 40, $"only {named.Count} tests are named");
        Assert.All(named, test => Assert.True(
            sources[test.Class].Any(source => Regex.IsMatch(source, $@"public (async Task|void|Task) {test.Method}\(")), $"docs/kubectl.md names {test.Class}.{test.Method}"));
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Tripod.slnx")) ? folder : Find(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Test();
}
