using Tripod.FrontDoors.Kubernetes.Tables;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Tables;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(599, "9m59s")]
    [InlineData(605, "10m")]
    [InlineData((179 * 60) + 59, "179m")]
    [InlineData(180 * 60, "3h")]
    [InlineData((7 * 3600) + (5 * 60), "7h5m")]
    [InlineData((8 * 3600) + 60, "8h")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(50 * 3600, "2d2h")]
    [InlineData(8 * 86400, "8d")]
    [InlineData(729 * 86400, "729d")]
    [InlineData(730 * 86400, "2y")]
    [InlineData(731 * 86400, "2y1d")]
    [InlineData(3000 * 86400, "8y")]
    public void Spans_read_as_kubectl_shows_them(long seconds, string expected) =>
        Assert.Equal(expected, HumanDuration.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Time_that_was_never_set_is_unknown() => Assert.Equal("<unknown>", HumanDuration.Since(null, DateTimeOffset.UnixEpoch));
}
