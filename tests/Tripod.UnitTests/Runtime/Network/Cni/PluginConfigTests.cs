using System.Text.Json.Nodes;
using Tripod.Runtime;
using Tripod.Runtime.Network.Cni;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network.Cni;

public sealed class PluginConfigTests
{
    private static readonly NetworkList List = NetworkList.Parse("""{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"portmap","capabilities":{"portMappings":true,"dns":false}}]}""");

    [Fact]
    public void Plugin_is_given_what_it_declares_and_what_the_one_before_it_answered()
    {
        var config = PluginConfig.Of(List, List.Plugins[0], new() { ["portMappings"] = new JsonArray(1), ["dns"] = new JsonObject(), ["bandwidth"] = new JsonObject() }, new() { ["ips"] = new JsonArray() });
        Assert.Equal("""{"type":"portmap","capabilities":{"portMappings":true,"dns":false},"name":"net","cniVersion":"1.0.0","runtimeConfig":{"portMappings":[1]},"prevResult":{"ips":[]}}""", config.ToJsonString());
        Assert.DoesNotContain("runtimeConfig", PluginConfig.Of(List, List.Plugins[0], [], null).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1k", 1_000)]
    [InlineData("10M", 10_000_000)]
    [InlineData("1Gi", 1_073_741_824)]
    [InlineData("1.5M", 1_500_000)]
    [InlineData("1000000", 1_000_000)]
    public void Rate_is_a_quantity_of_bits(string text, long bits) => Assert.Equal(bits, BitRate.Parse("a", text));

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("999")]
    [InlineData("2P")]
    [InlineData("-1M")]
    [InlineData("1e400")]
    public void Rate_that_is_none_is_refused(string text) =>
        Assert.Contains("kubernetes.io/egress-bandwidth", Assert.Throws<RuntimeException>(() => CapabilityArguments.Of(Pod(("kubernetes.io/egress-bandwidth", text)), "")).Message, StringComparison.Ordinal);

    [Fact]
    public void Pods_name_that_would_be_read_as_more_is_refused() =>
        Assert.Throws<RuntimeException>(() => CapabilityArguments.Pairs(Pod() with { Name = "a;CNI_PATH=/tmp" }, "id"));

    [Theory]
    [InlineData("""{"ips":[{"address":"10.0.0.2/16"}]}""", "10.0.0.2")]
    [InlineData("""{"interfaces":[{"name":"veth"},{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"fd00::2/64","interface":1},{"address":"10.0.0.2/16","interface":1},{"address":"10.0.0.1/16","interface":0}]}""", "10.0.0.2 fd00::2")]
    [InlineData("""{"interfaces":[{"name":"net1","sandbox":"/n"},{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"192.168.0.2/24","interface":0},{"address":"10.0.0.2/16","interface":1}]}""", "10.0.0.2")]
    [InlineData("{}", "")]
    public void Addresses_are_those_of_the_sandboxs_own_interface(string result, string expected) =>
        Assert.Equal(expected, string.Join(' ', PluginResult.Addresses(JsonNode.Parse(result)!.AsObject(), "eth0")));

    [Theory]
    [InlineData("""{"code":11,"msg":"later","details":"really"}""", "", 11, "later; really")]
    [InlineData("""{"code":7,"msg":"no"}""", "noise", 7, "no")]
    [InlineData("", "panic", 0, "panic")]
    [InlineData("not json", "", 0, "not json")]
    [InlineData("", "", 0, "it failed without a word")]
    public void Error_is_in_the_plugins_words(string stdout, string stderr, int code, string message) => Assert.Equal((code, message), PluginResult.Error(stdout, stderr));

    private static SandboxConfig Pod(params (string Name, string Value)[] annotations) =>
        new() { Name = "pod", Namespace = "default", Uid = "uid", Annotations = annotations.ToDictionary(pair => pair.Name, pair => pair.Value) };
}
