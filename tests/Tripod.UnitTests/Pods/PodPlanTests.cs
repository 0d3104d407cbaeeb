using Tripod.Pods.Planning;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class PodPlanTests
{
    [Fact]
    public void New_pod_gets_volumes_then_a_sandbox_and_no_container_yet()
    {
        var decision = PodPlan.Decide(Seen.Of(Seen.Pod(), memory: PodMemory.Empty), Seen.Now);
        Assert.Collection(decision.Steps, step => Assert.IsType<PodStep.Admit>(step), step => Assert.IsType<PodStep.SetUpVolumes>(step), step => Assert.Equal(new PodStep.RunSandbox(0, null), step));
    }

    [Fact]
    public void Unbound_pod_is_scheduled_first()
    {
        var decision = PodPlan.Decide(Seen.Of(Seen.Pod(spec: ", \"nodeName\": \"\"")), Seen.Now);
        Assert.IsType<PodStep.Schedule>(Assert.Single(decision.Steps));
    }

    [Theory]
    [InlineData("", "ReleaseVolumes")]
    [InlineData("Evicted", "RemoveContainer ReleaseVolumes")]
    public void Pod_that_is_over_lets_its_volumes_go_and_an_evicted_one_its_containers_too(string reason, string steps)
    {
        var pod = Seen.Pod(status: $$"""{ "phase": "Failed", "reason": "{{reason}}" }""");
        Assert.Equal("StopSandbox", Steps(PodMemory.Empty, Seen.Sandbox()));
        Assert.Equal(steps, Steps(PodMemory.Empty, Seen.Sandbox(SandboxState.NotReady)));
        Assert.Equal(steps.Replace("ReleaseVolumes", "", StringComparison.Ordinal).Trim(), Steps(PodMemory.Empty with { Released = true }, Seen.Sandbox(SandboxState.NotReady)));

        string Steps(PodMemory memory, SandboxStatus sandbox) =>
            string.Join(' ', PodPlan.Decide(Seen.Of(pod, sandbox, memory, Seen.Exited("nginx", 1)), Seen.Now).Steps.Select(step => step.GetType().Name));
    }

    [Fact]
    public void Pod_of_another_node_is_left_alone()
    {
        Assert.Empty(PodPlan.Decide(Seen.Of(Seen.Pod(spec: ", \"nodeName\": \"elsewhere\"")), Seen.Now).Steps);
    }

    [Fact]
    public void With_a_sandbox_all_containers_start_side_by_side()
    {
        var decision = PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox()), Seen.Now);
        Assert.Equal(["nginx", "ghost"], decision.Steps.Cast<PodStep.StartContainer>().Select(step => step.Container.Name));
    }

    [Fact]
    public void Init_containers_run_one_by_one_before_the_others()
    {
        var pod = Seen.Pod(spec: ", \"initContainers\": [ { \"name\": \"a\", \"image\": \"a\" }, { \"name\": \"b\", \"image\": \"b\" } ]");
        Assert.Equal("a", Started(Seen.Of(pod, Seen.Sandbox())));
        Assert.Equal("b", Started(Seen.Of(pod, Seen.Sandbox(), null, Seen.Exited("a", 0))));
        Assert.Equal("nginx ghost", Started(Seen.Of(pod, Seen.Sandbox(), null, Seen.Exited("a", 0), Seen.Exited("b", 0))));
    }

    [Fact]
    public void First_crash_restarts_at_once_into_the_same_sandbox()
    {
        var decision = PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Exited("nginx", 137), Seen.Running("ghost")), Seen.Now);
        var start = Assert.IsType<PodStep.StartContainer>(Assert.Single(decision.Steps));
        Assert.Equal((1, 1), (start.Attempt, start.InARow));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(5, 160)]
    [InlineData(6, 300)]
    [InlineData(40, 300)]
    public void Later_crashes_wait_twice_as_long_each_time(int inARow, int seconds)
    {
        var decision = PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Exited("nginx", 1, inARow, inARow), Seen.Running("ghost")), Seen.Now);
        Assert.Empty(decision.Steps);
        Assert.Equal(Math.Min(seconds, 60), (decision.WakeAt!.Value - Seen.Now).TotalSeconds);
        var ended = Seen.Exited("nginx", 1, inARow, inARow, secondsAgo: seconds);
        Assert.Single(PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, ended, Seen.Running("ghost")), Seen.Now).Steps);
    }

    [Fact]
    public void Ten_minutes_of_running_forgive_earlier_crashes()
    {
        var ended = Seen.Exited("nginx", 1, attempt: 8, inARow: 8, ranSeconds: 600);
        var start = Assert.IsType<PodStep.StartContainer>(Assert.Single(PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, ended, Seen.Running("ghost")), Seen.Now).Steps));
        Assert.Equal((9, 1), (start.Attempt, start.InARow));
    }

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 1, false)]
    public void Restart_policy_decides_whether_an_ended_container_comes_back(string policy, int code, bool restarts)
    {
        var pod = Seen.Pod(spec: $", \"restartPolicy\": \"{policy}\"");
        var steps = PodPlan.Decide(Seen.Of(pod, Seen.Sandbox(), null, Seen.Exited("nginx", code), Seen.Running("ghost")), Seen.Now).Steps;
        Assert.Equal(restarts, steps.OfType<PodStep.StartContainer>().Any());
    }

    [Fact]
    public void Pod_whose_containers_are_all_done_lets_its_sandbox_go()
    {
        var pod = Seen.Pod(spec: ", \"restartPolicy\": \"Never\"");
        var steps = PodPlan.Decide(Seen.Of(pod, Seen.Sandbox(), null, Seen.Exited("nginx", 0), Seen.Exited("ghost", 0)), Seen.Now).Steps;
        Assert.Equal([new PodStep.StopSandbox("s0")], steps);
    }

    [Fact]
    public void Dead_pause_means_a_new_sandbox_with_the_next_attempt()
    {
        var steps = PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(SandboxState.NotReady), null, Seen.Exited("nginx", 137), Seen.Exited("ghost", 137)), Seen.Now).Steps;
        Assert.Equal(1, Assert.IsType<PodStep.RunSandbox>(Assert.Single(steps)).Attempt);
    }

    [Fact]
    public void Changed_image_restarts_that_container_only()
    {
        var steps = PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Running("nginx", image: "nginx:1"), Seen.Running("ghost")), Seen.Now).Steps;
        Assert.Equal("nginx", Assert.IsType<PodStep.KillContainer>(Assert.Single(steps)).Container.Name);
    }

    [Fact]
    public void Deleted_pod_is_terminated_once_and_again_only_with_a_shorter_grace()
    {
        var deleted = Seen.Pod(metadata: ", \"deletionTimestamp\": \"2026-01-02T03:04:35Z\", \"deletionGracePeriodSeconds\": 30");
        Assert.Equal([new PodStep.Terminate(TimeSpan.FromSeconds(30))], PodPlan.Decide(Seen.Of(deleted, Seen.Sandbox()), Seen.Now).Steps);
        var terminating = PodMemory.Empty with { TerminatingWith = TimeSpan.FromSeconds(30) };
        Assert.Empty(PodPlan.Decide(Seen.Of(deleted, Seen.Sandbox(), terminating), Seen.Now).Steps);
        var sooner = Seen.Pod(metadata: ", \"deletionTimestamp\": \"2026-01-02T03:04:35Z\", \"deletionGracePeriodSeconds\": 1");
        Assert.Equal([new PodStep.Terminate(TimeSpan.FromSeconds(1))], PodPlan.Decide(Seen.Of(sooner, Seen.Sandbox(), terminating), Seen.Now).Steps);
    }

    [Fact]
    public void Pod_removed_by_force_is_killed_without_grace()
    {
        var seen = Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Running("nginx")) with { Gone = true };
        Assert.Equal([new PodStep.Terminate(TimeSpan.Zero)], PodPlan.Decide(seen, Seen.Now).Steps);
    }

    [Fact]
    public void Container_that_is_being_started_is_not_started_twice()
    {
        var memory = PodMemory.Empty with { VolumesReady = true, Starting = ["nginx", "ghost"] };
        Assert.Empty(PodPlan.Decide(Seen.Of(Seen.Pod(), Seen.Sandbox(), memory), Seen.Now).Steps);
    }

    private static string Started(PodObservation seen) =>
        string.Join(' ', PodPlan.Decide(seen, Seen.Now).Steps.OfType<PodStep.StartContainer>().Select(step => step.Container.Name));
}
