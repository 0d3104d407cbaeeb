using Microsoft.Extensions.Logging;
using Tripod.Serve;
using Xunit;

namespace Tripod.UnitTests.Cli;

public sealed class ServiceTests
{
    [Fact]
    public void Sockets_that_are_handed_over_are_known_by_their_names_in_any_order()
    {
        Assert.Equal(new ActivatedSockets(5, 3, 4), ActivatedSockets.Named(3, "docker:cri:kubernetes"));
        Assert.Equal(new ActivatedSockets(null, 3, null), ActivatedSockets.Named(1, "docker"));
        Assert.Equal(new ActivatedSockets(null, null, null), ActivatedSockets.Named(0, ""));
    }

    [Fact]
    public void Socket_of_another_name_is_refused_by_it() =>
        Assert.Contains("socket 4 was handed over as \"web\"", Assert.Throws<InvalidOperationException>(() => ActivatedSockets.Named(2, "docker:web")).Message, StringComparison.Ordinal);

    [Fact]
    public void Journal_gets_a_priority_before_each_line_and_no_time() =>
        Assert.Equal("<4>one\n<4>  two", StderrLoggerProvider.Line(LogLevel.Warning, "one\n  two", toJournal: true, DateTimeOffset.UnixEpoch));

    [Fact]
    public void Others_get_the_time_and_a_word() =>
        Assert.Equal("1970-01-01T00:00:00.000Z warn one", StderrLoggerProvider.Line(LogLevel.Warning, "one", toJournal: false, DateTimeOffset.UnixEpoch));
}
