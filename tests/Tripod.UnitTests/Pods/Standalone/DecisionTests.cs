using Tripod.Pods.Standalone;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.Pods.Standalone;

/// <summary>What becomes of a container that has ended.</summary>
public sealed class DecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("no", 0, 1, 0, false, "", null)]
    [InlineData("always", 0, 0, 0, false, "", 100)]
    [InlineData("unless-stopped", 0, 0, 0, true, "", null)]
    [InlineData("on-failure", 0, 0, 0, false, "", null)]
    [InlineData("on-failure", 2, 1, 1, false, "", 100)]
    [InlineData("on-failure", 2, 1, 2, false, "", null)]
    [InlineData("always", 0, 128, 0, false, "StartError", null)]
    public void Policy_decides(string policy, int most, int code, int restarts, bool stopped, string reason, int? milliseconds)
    {
        var container = new StandaloneContainer { Id = "i", Name = "n", CreatedAt = Now, Restart = new(policy, most), RestartCount = restarts, StoppedByUser = stopped };
        var delay = RestartDecision.After(container, Ended(code, reason, TimeSpan.FromSeconds(1)), TimeSpan.Zero);
        Assert.Equal(milliseconds, delay is { } span ? (int)span.TotalMilliseconds : null);
    }

    [Fact]
    public void Delay_doubles_to_a_minute_and_begins_again_after_a_proven_run()
    {
        var container = new StandaloneContainer { Id = "i", Name = "n", CreatedAt = Now, Restart = new("always") };
        var delay = TimeSpan.Zero;
        var delays = Enumerable.Range(0, 12).Select(_ => delay = RestartDecision.After(container, Ended(1, "", TimeSpan.FromSeconds(1)), delay)!.Value).ToList();
        Assert.Equal([0.1, 0.2, 0.4, 0.8], delays.Take(4).Select(span => span.TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(1), delays[^1]);
        Assert.Equal(RestartDecision.FirstDelay, RestartDecision.After(container, Ended(1, "", TimeSpan.FromSeconds(11)), delay));
    }

    [Fact]
    public void Joiner_that_was_killed_with_its_owner_is_known()
    {
        var joiner = Ended(137, "", TimeSpan.FromSeconds(5)) with { Config = new() { Name = "j", Image = "i", Namespaces = new() { Pid = new NamespaceChoice.Join("owner") } } };
        Assert.Equal("owner", SharedEnd.Owner(joiner, _ => Ended(0, "", TimeSpan.FromSeconds(9)) with { FinishedAt = Now.AddMilliseconds(20) }));
        Assert.Equal("owner", SharedEnd.Owner(joiner, _ => Ended(0, "", TimeSpan.Zero) with { State = ContainerState.Running, StartedAt = Now.AddSeconds(1), FinishedAt = null }));
        Assert.Null(SharedEnd.Owner(joiner, _ => Ended(0, "", TimeSpan.Zero) with { State = ContainerState.Running, StartedAt = Now.AddHours(-1), FinishedAt = null }));
        Assert.Null(SharedEnd.Owner(joiner with { ExitCode = 1 }, _ => Ended(0, "", TimeSpan.FromSeconds(9))));
    }

    [Fact]
    public void Failures_count_only_after_the_start_period()
    {
        var check = new HealthCheck { Command = ["x"], Retries = 2 };
        HealthResult bad = new(Now, Now, 1, ""), good = new(Now, Now, 0, "");
        var state = new HealthState("starting", 0, []);
        Assert.Equal(("starting", 0), Short(HealthMonitor.Next(state, bad, check, inStartPeriod: true)));
        var once = HealthMonitor.Next(state, bad, check, inStartPeriod: false);
        Assert.Equal(("starting", 1), Short(once));
        var twice = HealthMonitor.Next(once, bad, check, inStartPeriod: false);
        Assert.Equal(("unhealthy", 2), Short(twice));
        Assert.Equal(("healthy", 0), Short(HealthMonitor.Next(twice, good, check, inStartPeriod: false)));
    }

    private static (string, int) Short(HealthState state) => (state.Status, state.FailingStreak);

    private static ContainerStatus Ended(int code, string reason, TimeSpan ran) => new()
    {
        Id = "i",
        Config = new() { Name = "n", Image = "i" },
        State = ContainerState.Exited,
        CreatedAt = Now - ran,
        StartedAt = Now - ran,
        FinishedAt = Now,
        ExitCode = code,
        Reason = reason,
    };
}
