using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;
using Xunit;

namespace Tripod.UnitTests.Cli;

public sealed class JsonPathTests
{
    private static readonly JsonNode Document = JsonNode.Parse("""
        {"kind":"List","items":[
          {"metadata":{"name":"a","labels":{"app.kubernetes.io/name":"x"}},"spec":{"ports":[80,443]},"ready":true},
          {"metadata":{"name":"b"},"spec":{"ports":[]},"ready":false}]}
        """)!;

    [Theory]
    [InlineData("{.kind}", "List")]
    [InlineData("kind is {.kind}!", "kind is List!")]
    [InlineData("{.items[*].metadata.name}", "a b")]
    [InlineData("{.items[0].metadata.name}", "a")]
    [InlineData("{.items[-1].metadata.name}", "b")]
    [InlineData("{.items[0:1].metadata.name}", "a")]
    [InlineData("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "x")]
    [InlineData("{.items[0].metadata.labels['app.kubernetes.io/name']}", "x")]
    [InlineData("{.items[0].spec.ports}", "[80,443]")]
    [InlineData("{..name}", "a b")]
    [InlineData("{.items[?(@.ready==true)].metadata.name}", "a")]
    [InlineData("{.items[?(@.metadata.name==\"b\")].ready}", "false")]
    [InlineData("{range .items[*]}{.metadata.name}{\"\\t\"}{.ready}{\"\\n\"}{end}", "a\ttrue\nb\tfalse\n")]
    [InlineData("{.missing.deeper}", "")]
    public void Template_is_filled_in_as_kubectl_does(string template, string printed) => Assert.Equal(printed, JsonPath.Print(template, Document));

    [Theory]
    [InlineData("{.items")]
    [InlineData("{range .items[*]}x")]
    [InlineData("{.items[x]}")]
    public void Template_that_is_not_understood_is_refused(string template) => Assert.Throws<CommandFailure>(() => JsonPath.Print(template, Document));
}
