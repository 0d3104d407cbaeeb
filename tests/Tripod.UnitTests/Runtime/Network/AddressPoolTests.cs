using System.Net;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class AddressPoolTests
{
    [Fact]
    public void First_address_is_the_gateways_and_pods_follow()
    {
        var pool = Pool("10.63.0.0/16");
        Assert.Equal("10.63.0.1", pool.Gateway.ToString());
        Assert.Equal(["10.63.0.2", "10.63.0.3"], Reserve(pool, "a", "b"));
    }

    [Fact]
    public void Container_that_asks_again_gets_the_same_address()
    {
        var pool = Pool("10.63.0.0/16");
        Assert.Equal(pool.Reserve("a"), pool.Reserve("a"));
    }

    [Fact]
    public void Freed_address_comes_back_only_after_all_others()
    {
        var pool = Pool("10.63.0.0/29");
        Reserve(pool, "a", "b");
        pool.Release("a");
        Assert.Equal(["10.63.0.4", "10.63.0.5", "10.63.0.6", "10.63.0.2"], Reserve(pool, "c", "d", "e", "f"));
    }

    [Fact]
    public void Exhausted_pool_says_so_and_recovers_when_one_is_freed()
    {
        var pool = Pool("10.63.0.0/30");
        Reserve(pool, "a");
        var error = Assert.Throws<RuntimeException>(() => pool.Reserve("b"));
        Assert.Equal(RuntimeErrorKind.ResourceExhausted, error.Kind);
        pool.Release("a");
        Assert.Equal("10.63.0.2", pool.Reserve("b").ToString());
    }

    [Fact]
    public void Held_address_is_skipped_and_the_search_goes_on_behind_it()
    {
        var pool = Pool("10.63.0.0/24");
        pool.Hold("old", IPAddress.Parse("10.63.0.7"));
        pool.Hold("old", IPAddress.Parse("10.63.0.7"));
        Assert.Equal("10.63.0.8", pool.Reserve("new").ToString());
        Assert.Equal("10.63.0.7", pool.Reserve("old").ToString());
    }

    [Theory]
    [InlineData("10.63.0.0", RuntimeErrorKind.InvalidArgument)]
    [InlineData("10.63.0.1", RuntimeErrorKind.InvalidArgument)]
    [InlineData("10.63.0.255", RuntimeErrorKind.InvalidArgument)]
    [InlineData("10.64.0.9", RuntimeErrorKind.InvalidArgument)]
    [InlineData("10.63.0.5", RuntimeErrorKind.FailedPrecondition)]
    public void Address_that_is_not_free_is_not_held(string address, RuntimeErrorKind kind)
    {
        var pool = Pool("10.63.0.0/24");
        pool.Hold("other", IPAddress.Parse("10.63.0.5"));
        var error = Assert.Throws<RuntimeException>(() => pool.Hold("a", IPAddress.Parse(address)));
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public void Release_of_a_stranger_does_nothing()
    {
        var pool = Pool("10.63.0.0/24");
        pool.Release("nobody");
        Assert.Equal("10.63.0.2", pool.Reserve("a").ToString());
    }

    [Fact]
    public void Many_threads_get_different_addresses()
    {
        var pool = Pool("10.63.0.0/16");
        var addresses = Enumerable.Range(0, 1000).AsParallel().Select(i => pool.Reserve($"{i}")).ToHashSet();
        Assert.Equal(1000, addresses.Count);
    }

    [Theory]
    [InlineData("10.63.0.0/31")]
    [InlineData("0.0.0.0/0")]
    public void Network_of_no_use_is_refused(string cidr) => Assert.Throws<RuntimeException>(() => Pool(cidr));

    private static AddressPool Pool(string text)
    {
        Assert.True(IpCidr.TryParse(text, out var cidr));
        return new AddressPool(cidr);
    }

    private static string[] Reserve(AddressPool pool, params string[] ids) => [.. ids.Select(id => pool.Reserve(id).ToString())];
}
