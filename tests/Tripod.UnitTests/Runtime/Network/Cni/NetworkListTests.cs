using Tripod.Runtime;
using Tripod.Runtime.Network.Cni;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network.Cni;

public sealed class NetworkListTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-cni-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("""{"cniVersion":"0.4.0","name":"one","type":"bridge"}""", "one 0.4.0 bridge")]
    [InlineData("""{"cniVersion":"1.0.0","name":"two","plugins":[{"type":"bridge"},{"type":"portmap"}]}""", "two 1.0.0 bridge portmap")]
    [InlineData("""{"cniVersion":"0.3.1","cniVersions":["0.3.1","1.1.0","9.0.0"],"name":"several","plugins":[{"type":"bridge"}]}""", "several 1.1.0 bridge")]
    public void Configuration_is_a_plugin_or_a_list_of_them(string text, string expected)
    {
        var list = NetworkList.Parse(text);
        Assert.Equal(expected, $"{list.Name} {list.Version} {string.Join(' ', list.Plugins.Select(plugin => (string?)plugin["type"]))}");
        Assert.Equal(list.Text, NetworkList.Parse(list.Text).Text);
    }

    [Theory]
    [InlineData("nothing", "JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("""{"cniVersion":"1.0.0","type":"bridge"}""", "no name")]
    [InlineData("""{"cniVersion":"1.0.0","name":"../x","type":"bridge"}""", "name ../x")]
    [InlineData("""{"cniVersion":"1.0.0","name":"x"}""", "no type")]
    [InlineData("""{"cniVersion":"1.0.0","name":"x","type":"../../bin/sh"}""", "no plain file name")]
    [InlineData("""{"cniVersion":"1.0.0","name":"x","plugins":[]}""", "no plugins")]
    [InlineData("""{"cniVersion":"0.2.0","name":"x","type":"bridge"}""", "cniVersion 0.2.0 is not spoken")]
    [InlineData("""{"name":"x","type":"bridge"}""", "write one of 0.3.1")]
    public void What_is_wrong_is_told(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<RuntimeException>(() => NetworkList.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void First_file_by_name_is_the_network_and_other_files_are_none()
    {
        Assert.Equal(NetworkChoice.Nothing, NetworkFolder.Choose(Path.Combine(folder, "missing")));
        File.WriteAllText(Path.Combine(folder, "00-readme.txt"), "no configuration");
        Assert.Equal(NetworkChoice.Nothing, NetworkFolder.Choose(folder));
        File.WriteAllText(Path.Combine(folder, "20-b.conf"), """{"cniVersion":"1.0.0","name":"b","type":"bridge"}""");
        Assert.Equal("b", NetworkFolder.Choose(folder).List!.Name);
        File.WriteAllText(Path.Combine(folder, "10-a.conflist"), """{"cniVersion":"1.0.0","name":"a","loadOnlyInlinedPlugins":false,"plugins":[{"type":"bridge"}]}""");
        Assert.Equal("a", NetworkFolder.Choose(folder).List!.Name);
        Directory.CreateDirectory(Path.Combine(folder, "a"));
        File.WriteAllText(Path.Combine(folder, "a/more.conf"), """{"type":"portmap"}""");
        Assert.Equal(["bridge", "portmap"], NetworkFolder.Choose(folder).List!.Plugins.Select(plugin => (string?)plugin["type"]));
        File.WriteAllText(Path.Combine(folder, "05-wrong.conf"), "{");
        Assert.Contains("05-wrong.conf", NetworkFolder.Choose(folder).Problem, StringComparison.Ordinal);
    }
}
