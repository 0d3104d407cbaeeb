using Tripod.Runtime.Users;
using Xunit;

namespace Tripod.UnitTests.Runtime.Users;

public sealed class IdPoolTests
{
    [Fact]
    public void Lowest_range_that_nobody_has_is_chosen()
    {
        var pool = IdPool.Parse("131072:196608")!;
        Assert.Equal((131072u, 131072u), pool.Free([])!.Root);
        Assert.Equal(262144u, pool.Free([UserMappings.From(196608, 65536), UserMappings.From(131072, 65536)])!.Root.Uid);
        Assert.Equal(196608u, pool.Free([UserMappings.From(131072, 65536), UserMappings.From(262144, 65536)])!.Root.Uid);
        Assert.Null(pool.Free([UserMappings.From(131072, 196608)]));
    }

    [Fact]
    public void Ranges_of_any_length_are_kept_clear_of()
    {
        var pool = IdPool.Default;
        Assert.Equal(65536u, pool.Free([])!.Root.Uid);
        Assert.Equal(131072u, pool.Free([UserMappings.From(1000, 100000)])!.Root.Uid);
        Assert.Equal(131072u, pool.Free([new([new(0, 1, 10)], [new(0, 131071, 1)])])!.Root.Uid);
        Assert.True(pool.First + (ulong)pool.Count <= uint.MaxValue - 65535);
    }

    [Theory]
    [InlineData("65536:65536", true)]
    [InlineData("65536:4294836224", true)]
    [InlineData("0:65536", false)]
    [InlineData("1000:65536", false)]
    [InlineData("65536:1000", false)]
    [InlineData("65536:0", false)]
    [InlineData("65536:4294901760", false)]
    [InlineData("65536", false)]
    [InlineData("a:b", false)]
    public void Text_of_a_range_is_two_multiples_of_what_a_pod_gets(string text, bool good) => Assert.Equal(good, IdPool.Parse(text) is not null);

    [Fact]
    public void Ids_inside_have_their_number_outside()
    {
        var users = UserMappings.From(65536, 65536);
        Assert.Equal((65536u, 66536u, 131071u), (users.HostUid(0)!.Value, users.HostUid(1000)!.Value, users.HostGid(65535)!.Value));
        Assert.Null(users.HostUid(65536));
        Assert.True(users.IsSameAs(UserMappings.From(65536, 65536)));
        Assert.False(users.IsSameAs(UserMappings.From(131072, 65536)));
        Assert.False(users.IsSameAs(null));
    }
}
