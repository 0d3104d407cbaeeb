using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Article;

/// <summary><c>make demo</c> as it stands, on an engine of the test's own: real nginx, real Ghost, built by the recipes where no registry is reached.</summary>
public sealed class DemoTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("tripod-demo-").FullName;
    private readonly string run = $"/run/tripod-test-demo-{Environment.ProcessId}";
    private readonly string name = $"d{Environment.ProcessId % 1000000}";
    private readonly int port = Engine.FreePort(), api = Engine.FreePort();

    private string Kubeconfig => Path.Combine(root, "kubeconfig");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Command.Try(Engine.TripodProgram, "down", "--run", run);
        Directory.Delete(root, recursive: true);
        Directory.Delete(run, recursive: true);
        Assert.DoesNotContain(name, await Command.Run("nft", "list", "tables"), StringComparison.Ordinal);
        Assert.DoesNotContain(run, await Command.Run("ps", "-eo", "args"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blog_comes_up_and_its_parts_may_die_without_it()
    {
        // 1. From nothing to the blog, and again.
        var first = await Demo();
        Assert.Matches(@"(?m)^\$ kubectl create configmap nginx-config --from-file=nginx\.conf\nconfigmap/nginx-config created$", first);
        Assert.Matches(@"(?m)^ghost +2/2 +Running +0 ", first);
        Assert.Contains($"The blog is at http://127.0.0.1:{port}: Ghost", first, StringComparison.Ordinal);
        var before = await Pod();
        // kubectl calls it configured: it puts in order what admission has added, the account's token.
        Assert.Matches("(?m)^pod/ghost (configured|unchanged)$", await Demo());
        Assert.Equal(before["status"]!["containerStatuses"]!.ToJsonString(), (await Pod())["status"]!["containerStatuses"]!.ToJsonString());

        // 2. nginx's main process dies: only nginx starts anew, and no worker of the old one is left on port 80.
        Command.Signal(await MainProcess("nginx"), "KILL");
        await Engine.Eventually(async () => (int)Status(await Pod(), "nginx")["restartCount"]! == 1 && await Answers(), "nginx is back", TimeSpan.FromSeconds(20));
        var after = await Pod();
        Assert.Equal((string?)before["status"]!["podIP"], (string?)after["status"]!["podIP"]);
        Assert.Equal(Status(before, "ghost")["state"]!.ToJsonString(), Status(after, "ghost")["state"]!.ToJsonString());

        // 3. The engine dies: the blog answers all the while, and a new engine shows the same.
        var kept = await Pod();
        using (var engine = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(run, "engine.pid")), CultureInfo.InvariantCulture)))
        {
            engine.Kill();
            await Engine.Eventually(() => Task.FromResult(!Directory.Exists($"/proc/{engine.Id}/task") || File.ReadAllText($"/proc/{engine.Id}/stat").Contains(") Z", StringComparison.Ordinal)), "the engine is gone", TimeSpan.FromSeconds(5));
        }

        Assert.True(await Answers());
        await Command.Run(Engine.TripodProgram, "up", "--run", run);
        var found = await Pod();
        Assert.Equal(kept["status"]!["containerStatuses"]!.ToJsonString(), found["status"]!["containerStatuses"]!.ToJsonString());
        Assert.Equal(kept["status"]!["conditions"]!.ToJsonString(), found["status"]!["conditions"]!.ToJsonString());

        // 4. Deleted, nothing is left of it.
        await Kubectl("delete", "pod", "ghost");
        Assert.False(await Answers());
        Assert.DoesNotContain("/shm", string.Concat(Directory.EnumerateDirectories(Path.Combine(run, "containers"))), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(run, "containers")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root, "state", "containers")));
    }

    private async Task<string> Demo()
    {
        var options = string.Create(CultureInfo.InvariantCulture, $"--run {run} --root {root}/state --name {name} --kubeconfig {Kubeconfig} --config {root}/config.yaml --listen-kubernetes 127.0.0.1:{api} --pod-cidr 10.{150 + (Environment.ProcessId % 40)}.0.0/24");
        using var demo = Process.Start(new ProcessStartInfo(Path.Combine(SourceTree.Root, "build", "demo.sh"))
        {
            Environment = { ["TRIPOD"] = Engine.TripodProgram, ["TRIPOD_RUN"] = run, ["TRIPOD_OPTIONS"] = options, ["PORT"] = $"{port}" },
            RedirectStandardOutput = true,
        })!;
        var output = await demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync();
        Assert.True(demo.ExitCode == 0, output);
        return output;
    }

    private Task<string> Kubectl(params string[] arguments) => Command.Run(["kubectl", "--kubeconfig", Kubeconfig, .. arguments]);

    private async Task<JsonNode> Pod() => JsonNode.Parse(await Kubectl("get", "pod", "ghost", "-o", "json"))!;

    private static JsonNode Status(JsonNode pod, string container) => pod["status"]!["containerStatuses"]!.AsArray().First(status => (string?)status!["name"] == container)!;

    private async Task<bool> Answers() => (await Engine.Http(port))?.Contains("Ghost", StringComparison.Ordinal) == true;

    /// <summary>The host's number of the container's first process.</summary>
    private async Task<int> MainProcess(string container)
    {
        var id = ((string)Status(await Pod(), container)["containerID"]!).Split("//")[1];
        return int.Parse(await File.ReadAllTextAsync(Path.Combine(run, "containers", id, "pid")), CultureInfo.InvariantCulture);
    }
}
