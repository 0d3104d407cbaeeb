using System.Net;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.UnitTests.Runtime.Sandboxes;

public sealed class ResolverConfigurationTests
{
    private const string Host = "# a comment\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nsearch old\nsearch lan example\noptions edns0\n";

    [Fact]
    public void Pod_asks_the_engine_first_and_then_a_server_of_the_hosts_that_answers() => Assert.Equal(
        "nameserver 10.63.0.1\nnameserver 192.0.2.1\nsearch lan example\noptions timeout:1 attempts:2 edns0\n",
        ResolverConfiguration.Of(null, Host, false, "10.63.0.1", [IPAddress.Parse("127.0.0.53"), IPAddress.Parse("192.0.2.1")]));

    [Fact]
    public void Without_the_engines_resolver_the_hosts_servers_are_named_but_for_those_on_its_loopback() => Assert.Equal(
        "nameserver 192.0.2.1\nsearch lan example\noptions edns0\n", ResolverConfiguration.Of(null, Host, false, null, []));

    [Fact]
    public void Pod_in_the_hosts_network_has_the_hosts_own() => Assert.Equal(Host, ResolverConfiguration.Of(null, Host, true, "10.63.0.1", []));

    [Fact]
    public void Policy_None_leaves_what_the_pod_itself_says() => Assert.Equal(
        "nameserver 9.9.9.9\nsearch own\noptions ndots:2\n",
        ResolverConfiguration.Of(new(["9.9.9.9"], ["own"], ["ndots:2"]), Host, false, "10.63.0.1", []));

    [Theory]
    [InlineData(DnsSource.Host, false, "nameserver 192.0.2.1\nsearch lan example\noptions edns0\n")]
    [InlineData(DnsSource.Engine, true, "nameserver 10.63.0.1\nsearch lan example\noptions timeout:1 attempts:2 edns0\n")]
    public void Policy_says_whose_servers_are_asked(DnsSource source, bool hostNetwork, string text) => Assert.Equal(
        text, ResolverConfiguration.Of(new([], [], []) { AddsToHost = true, Source = source }, Host, hostNetwork, "10.63.0.1", []));

    [Fact]
    public void Hosts_servers_that_no_pod_reaches_are_asked_by_the_engine() => Assert.StartsWith(
        "nameserver 10.63.0.1\n", ResolverConfiguration.Of(new([], [], []) { AddsToHost = true, Source = DnsSource.Host }, "nameserver 127.0.0.53\n", false, "10.63.0.1", []), StringComparison.Ordinal);

    [Fact]
    public void What_a_pod_adds_comes_after_the_hosts_and_its_options_win() => Assert.Equal(
        "nameserver 10.63.0.1\nnameserver 9.9.9.9\nsearch lan example own\noptions timeout:3 attempts:2 edns0\n",
        ResolverConfiguration.Of(new(["9.9.9.9"], ["own"], ["timeout:3"]) { AddsToHost = true }, Host, false, "10.63.0.1", []));
}
