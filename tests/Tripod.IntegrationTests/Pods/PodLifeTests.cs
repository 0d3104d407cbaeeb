using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>The story of the article on real containers: what dies comes back, and the pod stays whole.</summary>
public sealed class PodLifeTests : IAsyncLifetime
{
    private Engine engine = null!;

    public async ValueTask InitializeAsync() => engine = await Engine.Start();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Applied_pod_runs_answers_on_its_host_port_and_leaves_nothing_when_deleted()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port));
        await engine.WaitReady("pair");
        await Answers(port);
        Assert.Contains("2/2", await engine.Kubectl("get", "pod", "pair"), StringComparison.Ordinal);

        var uid = (string)(await engine.Get("pod", "pair"))["metadata"]!["uid"]!;
        await engine.Kubectl("delete", "pod", "pair");
        Assert.Null(await Engine.Http(port));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(engine.Root, StringComparison.Ordinal) && (line.Contains("overlay", StringComparison.Ordinal) || line.Contains(uid, StringComparison.Ordinal)));
        Assert.Empty(Directory.EnumerateDirectories("/sys/fs/cgroup", $"*{uid}*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(engine.Root, "state", "pods", uid)));
        Assert.DoesNotContain(port.ToString(System.Globalization.CultureInfo.InvariantCulture), await Command.Run("nft", "list", "ruleset"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_container_comes_back_into_the_same_pod()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port));
        await engine.WaitReady("pair");
        await Answers(port);
        var before = await engine.Get("pod", "pair");

        Command.Signal(MainPid("httpd -f -p 80"), "KILL");
        var after = await engine.Until("pair", pod => Restarts(pod, "web") == 1 && IsReady(pod), "web is back");

        Assert.Equal((string?)before["status"]!["podIP"], (string?)after["status"]!["podIP"]);
        Assert.Equal(0, Restarts(after, "neighbour"));
        Assert.Equal(Status(before, "neighbour")["containerID"]!.ToString(), Status(after, "neighbour")["containerID"]!.ToString());
        await Answers(port);
    }

    [Fact]
    public async Task Killed_pause_means_a_new_sandbox_and_the_events_say_so()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port));
        await engine.WaitReady("pair");

        Command.Signal(PausePid(), "KILL");
        await engine.Until("pair", pod => Restarts(pod, "web") == 1 && Restarts(pod, "neighbour") == 1 && IsReady(pod), "both containers are back");

        Assert.Contains("SandboxChanged: Pod sandbox changed, it will be killed and re-created.", await engine.Events("pair"));
        await Answers(port);
    }

    [Fact]
    public async Task Killed_engine_loses_nothing_and_the_port_never_stops_answering()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port));
        await engine.WaitReady("pair");
        await Answers(port);
        var before = await engine.Get("pod", "pair");

        using var stop = new CancellationTokenSource();
        var failures = AskUntil(port, stop.Token);
        await engine.Kill();
        await engine.Launch();
        var after = await engine.Get("pod", "pair");
        await stop.CancelAsync();

        Assert.Equal(0, await failures);
        Assert.Equal(before["status"]!.ToJsonString(), after["status"]!.ToJsonString());
    }

    [Fact]
    public async Task Container_that_ended_while_no_engine_ran_is_noticed()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port));
        await engine.WaitReady("pair");
        await Answers(port);
        var pid = MainPid("httpd -f -p 80");
        await engine.Kill();
        Command.Signal(pid, "KILL");
        await engine.Launch();

        var after = await engine.Until("pair", pod => Restarts(pod, "web") == 1 && IsReady(pod), "web is back");
        Assert.Equal(137, (int)Status(after, "web")["lastState"]!["terminated"]!["exitCode"]!);
        Assert.Equal(0, Restarts(after, "neighbour"));
    }

    [Fact]
    public async Task Shared_process_namespace_leaves_no_orphan_on_the_port()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("pair", port, extra: "shareProcessNamespace: true"));
        await engine.WaitReady("pair");
        await Answers(port);
        Command.Signal(MainPid("httpd -f -p 80"), "KILL");
        await engine.Until("pair", pod => Restarts(pod, "web") == 1 && IsReady(pod), "web is back");
        await Answers(port);
        Assert.Single(Processes().Select(pid => File.ResolveLinkTarget($"/proc/{pid}/ns/pid", false)?.Name ?? "").Distinct());
    }

    [Fact]
    public async Task Events_tell_the_whole_story()
    {
        await engine.Apply(Manifests.Script("story", "sleep 100"));
        await engine.WaitReady("story");
        var events = await engine.Events("story");
        Assert.Contains("Scheduled: Successfully assigned default/story to testnode", events);
        Assert.Contains("Created: Created container: main", events);
        Assert.Contains("Started: Started container main", events);
        Assert.Contains(events, line => line.StartsWith("Pulled: ", StringComparison.Ordinal));
    }

    /// <summary>The pid, on the host, of the process of this engine's pods whose command line holds the text.</summary>
    private int MainPid(string text) => Processes().First(pid => CommandLine(pid) is var line && line.Contains(text, StringComparison.Ordinal) && !line.StartsWith("sh ", StringComparison.Ordinal));

    private int PausePid() => Processes().First(pid => CommandLine(pid) == "/pause");

    private IEnumerable<int> Processes() => Directory.EnumerateFiles("/sys/fs/cgroup", "cgroup.procs", SearchOption.AllDirectories)
        .Where(path => path.Contains($"/{engine.Name}/", StringComparison.Ordinal))
        .SelectMany(File.ReadLines)
        .Distinct()
        .Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture));

    private static string CommandLine(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Replace('\0', ' ');

    private static Task Answers(int port) =>
        Engine.Eventually(async () => await Engine.Http(port) == "hello from pair\n", "the port answers", TimeSpan.FromSeconds(10));

    private static async Task<int> AskUntil(int port, CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            failures += await Engine.Http(port) is null ? 1 : 0;
        }

        return failures;
    }

    private static JsonNode Status(JsonNode pod, string container) =>
        pod["status"]!["containerStatuses"]!.AsArray().First(status => (string?)status!["name"] == container)!;

    private static int Restarts(JsonNode pod, string container) => (int)Status(pod, container)["restartCount"]!;

    private static bool IsReady(JsonNode pod) =>
        pod["status"]!["conditions"]!.AsArray().Any(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True");
}
