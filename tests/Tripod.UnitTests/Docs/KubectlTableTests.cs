using Xunit;

namespace Tripod.UnitTests.Docs;

/// <summary>docs/kubectl.md leaves out no verb, and names no test that is not there.</summary>
public sealed class KubectlTableTests
{
    // As kubectl 1.33 lists them, but for help and options, which ask nothing of a server.
    private static readonly string[] Verbs =
    [
        "annotate", "api-resources", "api-versions", "apply", "attach", "auth", "autoscale", "certificate", "cluster-info", "completion", "config", "cordon", "cp", "create",
        "debug", "delete", "describe", "diff", "drain", "edit", "events", "exec", "explain", "expose", "get", "kustomize", "label", "logs", "patch", "plugin", "port-forward",
        "proxy", "replace", "rollout", "run", "scale", "set", "taint", "top", "uncordon", "version", "wait",
    ];

    private static readonly string Table = DocumentTable.Read("kubectl.md");

    [Fact]
    public void Every_verb_has_its_row_with_a_test() =>
        Assert.All(Verbs, verb => Assert.Matches($@"(?m)^\| `{verb}` \| .+ \| (`\w+\.\w+` ?)+\|$", Table));

    [Fact]
    public void Every_test_that_is_named_is_there() => DocumentTable.EveryTestIsThere("kubectl.md", Table, least: 40);
}
