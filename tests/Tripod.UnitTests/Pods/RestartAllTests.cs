using Tripod.Pods;
using Tripod.Pods.Planning;
using Tripod.Pods.Status;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class RestartAllTests
{
    private static readonly PodView Pod = Seen.Pod(spec: """
        , "restartPolicy": "Never", "initContainers": [ { "name": "first", "image": "first" } ], "containers": [
          { "name": "nginx", "image": "nginx", "restartPolicy": "Never", "restartPolicyRules": [
            { "action": "Restart", "exitCodes": { "operator": "In", "values": [ 7 ] } },
            { "action": "RestartAllContainers", "exitCodes": { "operator": "In", "values": [ 7, 42 ] } } ] },
          { "name": "ghost", "image": "ghost" } ]
        """);

    [Fact]
    public void All_that_runs_is_stopped_without_hooks_before_anything_starts()
    {
        var kill = Assert.IsType<PodStep.KillContainer>(Assert.Single(Decide(Old("first", 0), Old("nginx", 42), Running("ghost", -60))));
        Assert.Equal(("ghost", true, false), (kill.Container.Name, kill.Again, kill.Hooks));
    }

    [Fact]
    public void Then_the_first_init_container_begins_again()
    {
        var start = Assert.IsType<PodStep.StartContainer>(Assert.Single(Decide(Old("first", 0), Old("nginx", 42), Old("ghost", 137))));
        Assert.Equal(("first", 1, 0), (start.Container.Name, start.Attempt, start.InARow));
    }

    [Fact]
    public void Then_the_apps_though_they_are_never_restarted_for_themselves()
    {
        var starts = Decide(Old("first", 0), New("first", 0), Old("nginx", 42), Old("ghost", 0)).Cast<PodStep.StartContainer>().ToList();
        Assert.Equal([("nginx", 1, 1), ("ghost", 1, 0)], starts.Select(start => (start.Container.Name, start.Attempt, start.InARow)));
    }

    [Fact]
    public void Container_that_asks_for_it_again_and_again_is_waited_for()
    {
        var again = Old("nginx", 42) with { Config = Old("nginx", 42).Config with { Annotations = new Dictionary<string, string> { ["tripod.dev/spec-image"] = "nginx", ["tripod.dev/restarts-in-a-row"] = "2" } }, FinishedAt = Seen.Now.AddSeconds(-5) };
        var decision = PodPlan.Decide(Of(Old("first", 0), again, Old("ghost", 137)), Seen.Now);
        Assert.Empty(decision.Steps);
        Assert.Equal(Seen.Now.AddSeconds(15), decision.WakeAt);
    }

    [Fact]
    public void First_rule_that_matches_counts_alone() =>
        Assert.Equal("nginx", Assert.IsType<PodStep.StartContainer>(Assert.Single(Decide(Old("first", 0), Old("nginx", 7), Running("ghost", -60)))).Container.Name);

    [Theory]
    [InlineData(true, "True")]
    [InlineData(false, "False")]
    public void Condition_says_so_until_all_have_ended_and_the_first_has_begun(bool stale, string word)
    {
        var seen = stale ? Of(Old("first", 0), Old("nginx", 42), Running("ghost", -60)) : Of(Old("first", 0), New("first", 0), Old("nginx", 42), Old("ghost", 0));
        var condition = PodStatusDocument.Make(seen, null, ["192.0.2.1"], Seen.Now)["conditions"]!.AsArray().Single(found => (string?)found!["type"] == "AllContainersRestarting")!;
        Assert.Equal(word, (string?)condition["status"]);
        Assert.Equal(stale ? "RestartAllContainersStarted" : null, (string?)condition["reason"]);
    }

    [Fact]
    public void Pod_without_such_a_rule_has_no_such_condition() =>
        Assert.DoesNotContain("AllContainersRestarting", PodStatusDocument.Make(Seen.Of(Seen.Pod(), Seen.Sandbox()), null, ["192.0.2.1"], Seen.Now).ToJsonString(), StringComparison.Ordinal);

    private static IReadOnlyList<PodStep> Decide(params ContainerStatus[] containers) => PodPlan.Decide(Of(containers), Seen.Now).Steps;

    private static PodObservation Of(params ContainerStatus[] containers) => Seen.Of(Pod, Seen.Sandbox(), null, containers);

    private static ContainerStatus Old(string name, int code) => Seen.Exited(name, code, secondsAgo: 30) with { CreatedAt = Seen.Now.AddSeconds(-60) };

    private static ContainerStatus New(string name, int code) => Seen.Exited(name, code, attempt: 1, secondsAgo: 1) with { CreatedAt = Seen.Now.AddSeconds(-5) };

    private static ContainerStatus Running(string name, int seconds) => Seen.Running(name) with { CreatedAt = Seen.Now.AddSeconds(seconds) };
}
