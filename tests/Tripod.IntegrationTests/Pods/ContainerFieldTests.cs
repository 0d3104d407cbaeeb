using System.Diagnostics;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>When an image is pulled, and what a container has for input, output and terminal.</summary>
public sealed class ContainerFieldTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Image_is_pulled_always_once_or_never_as_the_policy_says()
    {
        await engine.Registry.Push(await TestImages.Variant("first", image => image.Env("WHICH=first")), "library/moving:v1");
        await engine.Apply(Manifests.Of("never", "terminationGracePeriodSeconds: 0", ("main", $"{Manifests.Sh("sleep 1000")}")).Replace("image: busybox\n    imagePullPolicy: IfNotPresent", "image: moving:v1\n    imagePullPolicy: Never", StringComparison.Ordinal));
        var waiting = await engine.Until("never", pod => pod.Waiting("main") == "ErrImageNeverPull", "it is refused");
        Assert.Equal("Container image \"moving:v1\" is not present with pull policy of Never", (string?)waiting.Container("main")!["state"]!["waiting"]!["message"]);
        Assert.Contains("ErrImageNeverPull: Container image \"moving:v1\" is not present with pull policy of Never", await engine.Events("never"));

        Assert.Equal("first\n", await Which("one", "IfNotPresent"));
        Assert.Contains(await engine.Events("one"), line => line.StartsWith("Pulled: Successfully pulled image \"moving:v1\" in ", StringComparison.Ordinal));
        await engine.Registry.Push(await TestImages.Variant("second", image => image.Env("WHICH=second")), "library/moving:v1");
        Assert.Equal("first\n", await Which("two", "IfNotPresent"));
        Assert.Contains("Pulled: Container image \"moving:v1\" already present on machine", await engine.Events("two"));
        Assert.Equal("second\n", await Which("three", "Always"));
        await engine.WaitReady("never", seconds: 60);
        await engine.Kubectl("delete", "pod", "never", "--now");
    }

    [Fact]
    public async Task Input_and_terminal_are_there_as_asked()
    {
        await engine.Apply(Manifests.Of(
            "input",
            "terminationGracePeriodSeconds: 0\nrestartPolicy: Never",
            ("neither", Manifests.Sh("test -t 0 || echo no terminal; cat; echo end")),
            ("tty", $"{Manifests.Sh("test -t 0 && test -t 1 && echo terminal $TERM; sleep 1000")}\nstdin: true\ntty: true"),
            ("once", $"{Manifests.Sh("cat; echo end")}\nstdin: true\nstdinOnce: true"),
            ("again", $"{Manifests.Sh("while read line; do echo got $line; done")}\nstdin: true")));
        await engine.Until("input", pod => pod.Runs("once") && pod.Runs("again") && pod.Runs("tty") && pod.Ended("neither") is not null, "they run");
        Assert.Equal("no terminal\nend\n", await engine.Kubectl("logs", "input", "-c", "neither"));
        await Engine.Eventually(async () => await engine.Kubectl("logs", "input", "-c", "tty") == "terminal xterm\r\n", "it has a terminal", TimeSpan.FromSeconds(10));

        await Attach("once", "first");
        var ended = await engine.Until("input", pod => pod.Ended("once") is not null, "its input ended with the first who gave it");
        Assert.Equal(0, (int)ended.Ended("once")!["exitCode"]!);
        Assert.Equal("first\nend\n", await engine.Kubectl("logs", "input", "-c", "once"));

        await Attach("again", "one");
        await Attach("again", "two");
        await Engine.Eventually(async () => await engine.Kubectl("logs", "input", "-c", "again") == "got one\ngot two\n", "both were read", TimeSpan.FromSeconds(10));
        Assert.True((await engine.Get("pod", "input")).Runs("again"));
        await engine.Kubectl("delete", "pod", "input", "--now");
    }

    private async Task Attach(string container, string line)
    {
        using var attach = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", engine.Kubeconfig, "attach", "-i", "input", "-c", container])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await attach.StandardInput.WriteLineAsync(line);
        attach.StandardInput.Close();
        await attach.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
    }

    private async Task<string> Which(string name, string policy)
    {
        await engine.Apply(Manifests.Of(name, "restartPolicy: Never", ("main", Manifests.Sh("echo $WHICH"))).Replace("image: busybox\n    imagePullPolicy: IfNotPresent", $"image: moving:v1\n    imagePullPolicy: {policy}", StringComparison.Ordinal));
        await engine.Until(name, pod => pod.Phase() == "Succeeded", "it has printed");
        return await engine.Kubectl("logs", name);
    }
}
