using System.Net;
using Tripod.Linux.Networking;
using Xunit;

namespace Tripod.UnitTests.Linux.Networking;

public sealed class NetlinkTests
{
    [Fact]
    public void Message_has_length_type_flags_and_padded_attributes()
    {
        var bytes = new NetlinkBatch().Message(16, 5, "test", "it", [1, 2, 3, 4]).Attribute(3, "lo").Attribute(7, (byte)9).Bytes;
        Assert.Equal(
            "24000000" + "1000" + "0500" + "00000000" + "00000000" + "01020304"
            + "0700" + "0300" + "6c6f0000"
            + "0500" + "0700" + "09000000",
            Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Nested_attribute_counts_what_is_in_it()
    {
        var bytes = new NetlinkBatch().Message(16, 5, "test", "it", []).Nested(18, info => info.Attribute(1, 7), [0xff]).Bytes[16..];
        Assert.Equal("1000" + "1280" + "ff000000" + "0800" + "0100" + "07000000", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Messages_of_a_batch_stand_one_after_the_other()
    {
        var batch = new NetlinkBatch().SetUp(1, "lo").DeleteLink("veth0").AddDefaultRoute(2, IPAddress.Parse("10.63.0.1"));
        var bytes = batch.Bytes;
        var types = new List<int>();
        foreach (var message in new NetlinkMessages(bytes))
        {
            types.Add(message.Type);
        }

        Assert.Equal([16, 17, 24], types);
        Assert.Equal(3, batch.Count);
    }

    [Fact]
    public void Large_batch_grows_as_it_must()
    {
        var batch = new NetlinkBatch();
        for (var i = 0; i < 1000; i++)
        {
            batch.SetUp(i, "x");
        }

        Assert.Equal(1000 * 32, batch.Bytes.Length);
    }

    [Fact]
    public void Attributes_read_back_what_was_written()
    {
        var bytes = new NetlinkBatch().Message(1, 0, "test", "it", [])
            .Attribute(1, 42).Attribute(2, "eth0").Attribute(3, IPAddress.Parse("10.63.0.2")).Bytes[16..];
        var attributes = new NetlinkAttributes(bytes);
        Assert.True(attributes.Next());
        Assert.Equal((1, 42), (attributes.Type, attributes.AsInt32));
        Assert.True(attributes.Next());
        Assert.Equal((2, "eth0"), (attributes.Type, attributes.AsString));
        Assert.True(attributes.Next());
        Assert.Equal((3, "10.63.0.2"), (attributes.Type, attributes.AsAddress?.ToString()));
        Assert.False(attributes.Next());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ff")]
    [InlineData("0000" + "0100")]
    [InlineData("0300" + "0100")]
    [InlineData("0900" + "0100" + "00000000")]
    public void Malformed_attributes_end_the_walk(string hex)
    {
        var attributes = new NetlinkAttributes(Convert.FromHexString(hex));
        Assert.False(attributes.Next());
    }

    [Theory]
    [InlineData("10.63.0.1", 16, "10.63.255.255")]
    [InlineData("10.63.0.1", 30, "10.63.0.3")]
    [InlineData("10.63.0.1", 32, "10.63.0.1")]
    [InlineData("10.63.0.1", 0, "255.255.255.255")]
    public void Broadcast_address_is_the_networks_last(string address, int prefixLength, string expected) =>
        Assert.Equal(expected, new InterfaceAddress(IPAddress.Parse(address), prefixLength).Broadcast.ToString());

    [Fact]
    public void Socket_table_gives_listeners_before_connections()
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:22B8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000",
            "   1: 00000000:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000",
            "   2: 00000000:22B9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000",
            "   3: 0100007F:22BA 0100007F:9C40 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000",
            "junk",
        ];
        Assert.Equal([222], SocketTable.Inodes(lines, 8888));
        Assert.Equal([111], SocketTable.Inodes(lines[..2], 8888));
        Assert.Empty(SocketTable.Inodes(lines, 0x22BA));
    }
}
