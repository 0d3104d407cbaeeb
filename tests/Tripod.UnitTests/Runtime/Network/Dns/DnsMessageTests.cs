using System.Net;
using Tripod.Runtime.Network.Dns;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network.Dns;

public sealed class DnsMessageTests
{
    // id 1234, recursion desired, one question: Ghost.example A IN.
    private static readonly byte[] Query = Convert.FromHexString(
        "123401000001000000000000" + "0547686f7374" + "076578616d706c65" + "00" + "0001" + "0001");

    [Fact]
    public void Question_is_read_in_lower_case()
    {
        var question = DnsMessage.ReadQuestion(Query, out _);
        Assert.Equal(new DnsQuestion("ghost.example", DnsMessage.TypeA, 1, Query.Length - 12), question);
    }

    [Fact]
    public void Every_cut_of_a_query_is_a_format_error_and_never_a_fault()
    {
        for (var size = 0; size < Query.Length; size++)
        {
            Assert.Null(DnsMessage.ReadQuestion(Query.AsSpan(0, size), out var error));
            Assert.Equal(DnsResponseCode.FormatError, error);
        }
    }

    [Theory]
    [InlineData("123401000001000000000000" + "c00c" + "00010001")]
    [InlineData("123401000002000000000000" + "00" + "00010001")]
    [InlineData("123401000000000000000000" + "00" + "00010001")]
    [InlineData("123401000001000000000000" + "ff00000100010001")]
    public void Question_that_is_none_is_a_format_error(string hex) =>
        Assert.Null(DnsMessage.ReadQuestion(Convert.FromHexString(hex), out _));

    [Fact]
    public void Other_operations_are_not_implemented()
    {
        byte[] notify = [.. Query];
        notify[2] = 4 << 3;
        Assert.Null(DnsMessage.ReadQuestion(notify, out var error));
        Assert.Equal(DnsResponseCode.NotImplemented, error);
    }

    [Fact]
    public void Failure_repeats_id_and_question()
    {
        var reply = DnsMessage.Reply(Query, DnsResponseCode.ServerFailure, DnsMessage.ReadQuestion(Query, out _));
        Assert.Equal("123481820001000000000000", Convert.ToHexStringLower(reply[..12]));
        Assert.Equal(Query[12..], reply[12..]);
        Assert.True(DnsMessage.Answers(reply, Query));
    }

    [Fact]
    public void Own_name_is_answered_with_the_addresses_of_the_kind_asked_for()
    {
        var question = DnsMessage.ReadQuestion(Query, out _)!;
        var reply = DnsMessage.Answer(Query, question, [IPAddress.Parse("10.63.0.2"), IPAddress.IPv6Loopback]);
        Assert.Equal("123481800001000100000000", Convert.ToHexStringLower(reply[..12]));
        Assert.Equal("c00c00010001" + "00000005" + "0004" + "0a3f0002", Convert.ToHexStringLower(reply[Query.Length..]));
    }

    [Fact]
    public void Answer_to_another_question_or_id_is_none()
    {
        var reply = DnsMessage.Reply(Query, DnsResponseCode.NoError, DnsMessage.ReadQuestion(Query, out _));
        byte[] otherId = [.. reply];
        DnsMessage.WriteId(otherId, 9);
        byte[] otherName = [.. reply];
        otherName[14] = (byte)'x';
        Assert.True(DnsMessage.Answers(reply, Query));
        Assert.False(DnsMessage.Answers(otherId, Query));
        Assert.False(DnsMessage.Answers(otherName, Query));
        Assert.False(DnsMessage.Answers(Query, Query));
        Assert.False(DnsMessage.Answers([], Query));
    }

    [Fact]
    public void Nameservers_are_read_as_the_c_library_does()
    {
        var servers = ResolvConf.ParseNameservers("# comment\nsearch example\nnameserver 192.0.2.1\r\nnameserver\t::1 # v6\n nameserver nonsense\nnameserver 192.0.2.1\n;nameserver 9.9.9.9\n");
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback], servers);
    }
}
