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
