using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.Objects;
using Xunit;

namespace Tripod.UnitTests.Cli;

public sealed class YamlTextTests
{
    [Fact]
    public void Fields_are_sorted_and_lists_stand_at_their_keys_level() => Assert.Equal(
        "a:\n- b: 1\n  c: {}\n- []\nz: text\n",
        YamlText.Of(JsonNode.Parse("""{"z":"text","a":[{"c":{},"b":1},[]]}""")!));

    [Theory]
    [InlineData("true")]
    [InlineData("on")]
    [InlineData("0644")]
    [InlineData("1e3")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("2026-11-23T16:41:31Z")]
    [InlineData("a: b")]
    [InlineData("- x")]
    [InlineData("#no comment")]
    [InlineData("tab\there")]
    [InlineData("two\nlines\n")]
    [InlineData("no end\nhere")]
    [InlineData("  indented\nfirst")]
    [InlineData("\u00fcml\u00e4ut \ud83d\ude00")]
    [InlineData("back\\slash \"quoted\"")]
    public void Text_comes_back_as_it_was(string text)
    {
        var read = Assert.Single(YamlDocuments.Read(YamlText.Of(new JsonObject { ["key"] = text })));
        Assert.Equal(text, (string?)read["key"]);
    }
}
