using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>A disk that is full costs what needs room on it, says so, and nothing else; with room again all goes on by itself.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private Engine engine = null!;

    private string Filler => Path.Combine(engine.Root, "state", "filler");

    public async ValueTask InitializeAsync() => engine = await Engine.Configured("evictionHard: { memory.available: 1Mi }\nimageGCHighThresholdPercent: 100\n", stateMegabytes: 64);

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Image_that_finds_no_room_is_pulled_once_there_is_some()
    {
        await engine.Apply(Manifests.Script("before", "while :; do sleep 0.1; done"));
        await engine.WaitReady("before");
        await engine.Registry.Push(await TestImages.Large(megabytes: 20), "library/large:latest");

        await Fill(leave: 8 << 20);
        await engine.Apply(Manifests.Script("large", "sleep 100").Replace("image: busybox", "image: large", StringComparison.Ordinal));
        await Engine.Eventually(
            async () => (await engine.Events("large")).Any(line => line.StartsWith("Failed: Failed to pull image \"large\"", StringComparison.Ordinal) && line.Contains("no space left on device", StringComparison.Ordinal)),
            "the event says so", TimeSpan.FromSeconds(30));

        File.Delete(Filler);
        await engine.WaitReady("large", seconds: 60);
        Assert.Equal(0, (int)(await engine.Get("pod", "before"))["status"]!["containerStatuses"]![0]!["restartCount"]!);
    }

    [Fact]
    public async Task Objects_that_find_no_room_are_refused_and_what_runs_goes_on()
    {
        await engine.Apply(Manifests.Script("before", "while :; do sleep 0.1; done"));
        await engine.WaitReady("before");
        await Fill(leave: 0);
        var words = await Write("words.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: words }}\ndata: {{ a: {new string('x', 500_000)} }}\n");
        await Engine.Eventually(async () => (await engine.TryKubectl("create", "-f", await Next(words))) is { ExitCode: not 0, Error: var error } && error.Contains("full", StringComparison.Ordinal), "it is refused with the reason", TimeSpan.FromSeconds(20));
        Assert.Equal("Running", await engine.Kubectl("get", "pod", "before", "-o", "jsonpath={.status.phase}"));

        File.Delete(Filler);
        await Engine.Eventually(async () => (await engine.TryKubectl("create", "-f", words)).ExitCode == 0, "it is taken", TimeSpan.FromSeconds(20));
        await engine.Kubectl("delete", "pod", "before", "--now");
    }

    [Fact]
    public async Task Every_door_says_that_there_is_no_room_leaves_nothing_half_made_and_goes_on_when_there_is()
    {
        await engine.Apply(Manifests.Script("prints", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done"));
        await engine.WaitReady("prints");
        await Fill(leave: 0);

        // Docker: the container is refused with the reason, and there is none afterwards.
        Command refused = null!;
        await Engine.Eventually(async () => (refused = await engine.TryDocker("run", "-d", "--name", "large", "--env", $"A={new string('x', 60_000)}", "busybox", "sleep", "100")).ExitCode != 0 || await RemoveLarge(), "docker run is refused", TimeSpan.FromSeconds(40));
        Assert.Contains("no space left on device", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", await engine.Docker("ps", "-aq", "--filter", "name=large"));

        // kubectl: refused with 507, what can be read is still read.
        var words = await Write("words.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: words }}\ndata: {{ a: {new string('x', 500_000)} }}\n");
        await Engine.Eventually(async () => (await engine.TryKubectl("create", "-f", await Next(words), "-v=6")).Error.Contains("507", StringComparison.Ordinal), "kubectl is told by status 507", TimeSpan.FromSeconds(20));
        Assert.Equal("0", await engine.Kubectl("get", "pod", "prints", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"));

        // With room all goes on by itself: the log too, whose container never stopped.
        File.Delete(Filler);
        var before = (await engine.Kubectl("logs", "prints", "--tail=1")).Trim();
        await Engine.Eventually(async () => (await engine.Kubectl("logs", "prints", "--tail=1")).Trim() != before, "the log goes on", TimeSpan.FromSeconds(20));
        await engine.Docker("run", "-d", "--name", "small", "busybox", "sleep", "100");
        await engine.Apply(Manifests.Script("after", "sleep 100"));
        await engine.WaitReady("after");
        Assert.Equal("0", await engine.Kubectl("get", "pod", "prints", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"));
        await engine.Docker("rm", "-f", "small");
    }

    private async Task<bool> RemoveLarge()
    {
        await engine.TryDocker("rm", "-f", "large");
        await Fill(leave: 0);
        return false;
    }

    private int count;

    /// <summary>The same under another name, as some may still find room.</summary>
    private async Task<string> Next(string path) =>
        await Write($"words{++count}.yaml", (await File.ReadAllTextAsync(path)).Replace("name: words", $"name: words{count}", StringComparison.Ordinal));

    private async Task<string> Write(string name, string text)
    {
        var path = Path.Combine(engine.Root, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private async Task Fill(long leave)
    {
        var free = new DriveInfo(Path.GetDirectoryName(Filler)!).AvailableFreeSpace;
        await using var file = File.Create(Filler);
        var zeros = new byte[1 << 16];
        try
        {
            for (var left = free - leave; left > 0; left -= zeros.Length)
            {
                await file.WriteAsync(zeros.AsMemory(0, (int)Math.Min(left, zeros.Length)));
            }

            await file.FlushAsync();
        }
        catch (IOException)
        {
            // As full as it can be.
        }
    }
}
