using Tripod.Runtime;
using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class PodRangesTests
{
    [Theory]
    [InlineData("10.63.0.0/16,fd12:3456:789a::/64", true, "fd12:3456:789a::/64")]
    [InlineData("10.63.0.0/16, fd12:3456:789a::/64", true, "fd12:3456:789a::/64")]
    [InlineData("10.63.0.0/16,fd12:3456:789a::/64", false, null)]
    [InlineData("10.63.0.0/16,none", true, null)]
    [InlineData("10.63.0.0/16", false, null)]
    public void Ipv6_is_as_written_where_the_machine_has_it(string text, bool hasInet6, string? inet6)
    {
        var ranges = PodRanges.Parse(text, "seed", hasInet6);
        Assert.Equal("10.63.0.0/16", ranges.Inet.ToString());
        Assert.Equal(inet6, ranges.Inet6?.ToString());
    }

    [Fact]
    public void Ipv6_that_is_not_written_is_a_64_of_the_engines_own()
    {
        var chosen = PodRanges.Parse("10.63.0.0/16", "machine/tripod", hasInet6: true).Inet6!.Value;
        Assert.StartsWith("fd", chosen.ToString(), StringComparison.Ordinal);
        Assert.Equal(64, chosen.PrefixLength);
        Assert.Equal(chosen, PodRanges.Choose("machine/tripod"));
        Assert.NotEqual(chosen, PodRanges.Choose("machine/other"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fd12::/64")]
    [InlineData("fd12::/64,10.63.0.0/16")]
    [InlineData("10.63.0.0/16,10.64.0.0/16")]
    [InlineData("10.63.0.0/16,fd12::1/64")]
    [InlineData("10.63.0.0/16,fd12::/120")]
    [InlineData("10.63.0.0/16,fd12::/64,fd13::/64")]
    public void What_is_no_pair_of_networks_is_refused_with_the_way_out(string text)
    {
        var refused = Assert.Throws<RuntimeException>(() => PodRanges.Parse(text, "seed", hasInet6: true));
        Assert.Equal(RuntimeErrorKind.InvalidArgument, refused.Kind);
        Assert.Contains("fd12:3456:789a::/64", refused.Message, StringComparison.Ordinal);
    }
}
