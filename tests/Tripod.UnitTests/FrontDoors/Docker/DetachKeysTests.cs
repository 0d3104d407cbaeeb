using System.Text;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Streams;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Docker;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData("", "abc", "abc", false)]
    [InlineData("", "ab\u0010\u0011", "ab", true)]
    [InlineData("", "ab\u0010c", "ab\u0010c", false)]
    [InlineData("", "\u0010\u0010\u0011", "\u0010", true)]
    [InlineData("ctrl-a,d", "x\u0001d", "x", true)]
    [InlineData("q", "abq", "ab", true)]
    public void Keys_are_found_and_all_else_goes_on(string keys, string typed, string passed, bool detached)
    {
        var (given, over) = DetachKeys.Parse(keys).Take(Encoding.ASCII.GetBytes(typed));
        Assert.Equal((passed, detached), (Encoding.ASCII.GetString(given), over));
    }

    [Fact]
    public void Keys_may_come_one_by_one()
    {
        var keys = DetachKeys.Parse("");
        Assert.Equal((0, false), (keys.Take([0x10]).Passed.Length, false));
        Assert.True(keys.Take([0x11]).Detached);
    }

    [Fact]
    public void Key_that_is_none_is_refused() => Assert.Contains("Invalid detach keys", Assert.Throws<DockerException>(() => DetachKeys.Parse("ctrl-!")).Message, StringComparison.Ordinal);
}
