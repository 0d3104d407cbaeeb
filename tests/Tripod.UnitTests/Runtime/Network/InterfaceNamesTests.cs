using System.Net;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class InterfaceNamesTests
{
    [Fact]
    public void Hosts_end_carries_the_containers_id() =>
        Assert.Equal("veth0123456789a", InterfaceNames.Host("0123456789abcdef"));

    [Theory]
    [InlineData("web")]
    [InlineData("NOT-HEX-AT-ALL")]
    [InlineData("../../../etc/passwd")]
    public void Id_that_is_not_hex_still_gives_a_valid_name(string id) =>
        Assert.Matches("^veth[0-9a-f]{11}$", InterfaceNames.Host(id));

    [Fact]
    public void Mac_is_local_unicast_and_told_by_the_address() =>
        Assert.Equal([0x0a, 0x58, 10, 63, 0, 2], InterfaceNames.Mac(IPAddress.Parse("10.63.0.2")));

    [Theory]
    [InlineData("")]
    [InlineData("twelve-chars")]
    [InlineData("9lives")]
    [InlineData("a;b")]
    [InlineData("a b")]
    public void Engine_name_that_is_no_interface_name_is_refused(string name) =>
        Assert.Throws<RuntimeException>(() => InterfaceNames.Validate(name));
}
