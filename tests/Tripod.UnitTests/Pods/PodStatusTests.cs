using System.Text.Json.Nodes;
using Tripod.Pods.Planning;
using Tripod.Pods.Status;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class PodStatusTests
{
    [Fact]
    public void Running_pod_is_ready_with_its_address_and_all_five_conditions()
    {
        var status = Make(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Running("nginx"), Seen.Running("ghost")));
        Assert.Equal("Running", (string?)status["phase"]);
        Assert.Equal("10.63.0.7", (string?)status["podIP"]);
        Assert.Equal(
            ["ContainersReady=True", "Initialized=True", "PodReadyToStartContainers=True", "PodScheduled=True", "Ready=True"],
            status["conditions"]!.AsArray().Select(condition => $"{condition!["type"]}={condition["status"]}").Order());
    }

    [Fact]
    public void Condition_keeps_the_moment_it_turned()
    {
        var seen = Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Running("nginx"), Seen.Running("ghost"));
        var first = Make(seen);
        var later = PodStatusDocument.Make(seen, first, ["192.0.2.1"], Seen.Now.AddHours(1));
        Assert.True(JsonNode.DeepEquals(first, later));
    }

    [Fact]
    public void Crash_loop_shows_as_such_with_the_last_end()
    {
        var status = Make(Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Exited("nginx", 3, attempt: 2, inARow: 2), Seen.Running("ghost")));
        var nginx = status["containerStatuses"]![0]!;
        Assert.Equal("CrashLoopBackOff", (string?)nginx["state"]!["waiting"]!["reason"]);
        Assert.Equal("back-off 20s restarting failed container=nginx pod=ghost_default(u1)", (string?)nginx["state"]!["waiting"]!["message"]);
        Assert.Equal(3, (int)nginx["lastState"]!["terminated"]!["exitCode"]!);
        Assert.Equal(2, (int)nginx["restartCount"]!);
        Assert.Equal("Running", (string?)status["phase"]);
    }

    [Fact]
    public void Trouble_is_shown_as_the_reason_for_waiting()
    {
        var memory = PodMemory.Empty with { Containers = PodMemory.Empty.Containers.Add("nginx", new("ErrImagePull", "no such image", 1, Seen.Now, Seen.Now)) };
        var status = Make(Seen.Of(Seen.Pod(), Seen.Sandbox(), memory));
        Assert.Equal("ErrImagePull", (string?)status["containerStatuses"]![0]!["state"]!["waiting"]!["reason"]);
        Assert.Equal("ContainerCreating", (string?)status["containerStatuses"]![1]!["state"]!["waiting"]!["reason"]);
        Assert.Equal("Pending", (string?)status["phase"]);
    }

    [Fact]
    public void Container_that_was_stopped_to_start_anew_waits_with_its_last_end_and_its_pod_goes_on()
    {
        var memory = PodMemory.Empty with { WantedAgain = PodMemory.Empty.WantedAgain.Add("nginx-0") };
        foreach (var known in (PodMemory[])[memory, memory with { Starting = memory.Starting.Add("nginx") }])
        {
            var status = Make(Seen.Of(Seen.Pod(), Seen.Sandbox(), known, Seen.Exited("nginx", 137), Seen.Running("ghost")));
            var nginx = status["containerStatuses"]![0]!;
            Assert.Equal("ContainerCreating", (string?)nginx["state"]!["waiting"]!["reason"]);
            Assert.Equal(137, (int)nginx["lastState"]!["terminated"]!["exitCode"]!);
            Assert.Equal("Running", (string?)status["phase"]);
        }
    }

    [Fact]
    public void Pod_whose_crashed_container_is_being_started_again_runs_on()
    {
        var memory = PodMemory.Empty with { Starting = PodMemory.Empty.Starting.Add("nginx") };
        Assert.Equal("Running", PodPhase.Of(Seen.Of(Seen.Pod(), Seen.Sandbox(), memory, Seen.Exited("nginx", 1), Seen.Running("ghost")), Seen.Now));
        Assert.Equal("Pending", PodPhase.Of(Seen.Of(Seen.Pod(), Seen.Sandbox(), memory, Seen.Running("nginx"), Seen.Running("ghost")), Seen.Now));
    }

    [Fact]
    public void Deleted_pod_of_which_nothing_runs_is_not_told_of_until_it_is_over()
    {
        var pod = Seen.Pod(metadata: ", \"deletionTimestamp\": \"2026-01-02T03:04:05Z\"");
        var ending = PodMemory.Empty with { TerminatingWith = TimeSpan.Zero };
        Assert.True(Seen.Of(pod, Seen.Sandbox(), ending, Seen.Exited("nginx", 137), Seen.Exited("ghost", 137)).IsAllButOver);
        Assert.False(Seen.Of(pod, Seen.Sandbox(), ending, Seen.Exited("nginx", 137), Seen.Running("ghost")).IsAllButOver);
        Assert.False(Seen.Of(pod, Seen.Sandbox(), ending with { Terminated = true }, Seen.Exited("nginx", 137), Seen.Exited("ghost", 137)).IsAllButOver);
    }

    [Theory]
    [InlineData("Never", 0, 0, "Succeeded")]
    [InlineData("Never", 0, 1, "Failed")]
    [InlineData("OnFailure", 0, 0, "Succeeded")]
    [InlineData("OnFailure", 0, 1, "Running")]
    [InlineData("Always", 0, 0, "Running")]
    public void Phase_follows_from_exit_codes_and_restart_policy(string policy, int nginx, int ghost, string phase)
    {
        var pod = Seen.Pod(spec: $", \"restartPolicy\": \"{policy}\"");
        Assert.Equal(phase, PodPhase.Of(Seen.Of(pod, Seen.Sandbox(), null, Seen.Exited("nginx", nginx), Seen.Exited("ghost", ghost)), Seen.Now));
    }

    [Fact]
    public void Foreign_conditions_and_members_are_carried_over()
    {
        var before = (JsonObject)JsonNode.Parse("""{"nominatedNodeName":"x","conditions":[{"type":"example.com/gate","status":"True"}]}""")!;
        var status = PodStatusDocument.Make(Seen.Of(Seen.Pod(), Seen.Sandbox(SandboxState.NotReady)), before, ["192.0.2.1"], Seen.Now);
        Assert.Equal("x", (string?)status["nominatedNodeName"]);
        Assert.Contains(status["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "example.com/gate");
    }

    [Theory]
    [InlineData("", "BestEffort")]
    [InlineData("\"requests\": { \"cpu\": \"100m\" }", "Burstable")]
    [InlineData("\"limits\": { \"cpu\": \"1\", \"memory\": \"64Mi\" }", "Guaranteed")]
    [InlineData("\"limits\": { \"cpu\": \"1\", \"memory\": \"64Mi\" }, \"requests\": { \"cpu\": \"500m\" }", "Burstable")]
    public void Quality_of_service_follows_from_requests_and_limits(string resources, string expected)
    {
        var pod = Seen.Pod(spec: $$""", "containers": [ { "name": "a", "image": "a", "resources": { {{resources}} } } ]""");
        Assert.Equal(expected, QosClass.Of(pod.Spec));
    }

    private static JsonObject Make(PodObservation seen) => PodStatusDocument.Make(seen, null, ["192.0.2.1"], Seen.Now);
}
