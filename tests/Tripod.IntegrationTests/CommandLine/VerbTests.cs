using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.CommandLine;

/// <summary>tripod's own verbs, for who has no kubectl.</summary>
public sealed class VerbTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Pod_is_applied_shown_described_entered_and_deleted()
    {
        var manifest = await Write("pod.yaml", Manifests.Script("verbs", "echo said; echo complained >&2; sleep 1000"));
        Assert.Equal("pod/verbs created\n", await Tripod("apply", "-f", manifest));
        await engine.WaitReady("verbs");
        Assert.Equal("pod/verbs unchanged\n", await Tripod("apply", "-f", manifest));

        var table = await Tripod("get", "po", "verbs", "-o", "wide");
        Assert.Matches(@"^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE ", table);
        Assert.Matches(@"\nverbs +1/1 +Running +0 ", table);
        Assert.Equal((string?)(await engine.Get("pod", "verbs"))["status"]!["podIP"], await Tripod("get", "pod", "verbs", "-o", "jsonpath={.status.podIP}"));
        Assert.Equal("pod/verbs\n", await Tripod("get", "pods", "-o", "name", "--field-selector", "metadata.name=verbs"));

        var described = await Tripod("describe", "pod", "verbs");
        Assert.Contains("Successfully assigned default/verbs to testnode", described, StringComparison.Ordinal);
        Assert.Matches(@"\n    State: +Running\n", described);

        Assert.Contains("said", await Tripod("logs", "verbs"), StringComparison.Ordinal);
        Assert.Equal("verbs\n", await Tripod("exec", "verbs", "--", "hostname"));
        var failed = await Try("exec", "verbs", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal((7, "out\n"), (failed.ExitCode, failed.Output));
        Assert.StartsWith("err\n", failed.Error, StringComparison.Ordinal);

        Assert.Equal("pod \"verbs\" deleted\n", await Tripod("delete", "-f", manifest, "--now"));
        var gone = await Try("get", "pod", "verbs");
        Assert.Equal((1, "Error from server (NotFound): pods \"verbs\" not found\n"), (gone.ExitCode, gone.Error));
    }

    [Fact]
    public async Task ConfigMap_and_Secret_are_made_from_files_and_words()
    {
        var file = await Write("app.conf", "one\ntwo\n");
        Assert.Equal("configmap/made created\n", await Tripod("create", "configmap", "made", $"--from-file={file}", "--from-literal=mode=on"));
        Assert.Equal("one\ntwo\n|on", await engine.Kubectl("get", "configmap", "made", "-o", "jsonpath={.data.app\\.conf}|{.data.mode}"));
        await Tripod("create", "secret", "generic", "made", "--from-literal=word=secret");
        Assert.Equal("c2VjcmV0", await engine.Kubectl("get", "secret", "made", "-o", "jsonpath={.data.word}"));

        var yaml = await Tripod("create", "configmap", "shown", "--from-literal=flag=true", "--dry-run=client", "-o", "yaml");
        Assert.Equal("apiVersion: v1\ndata:\n  flag: \"true\"\nkind: ConfigMap\nmetadata:\n  name: shown\n", yaml);
        Assert.Equal("", await Tripod("get", "configmap", "shown", "--ignore-not-found"));
    }

    [Fact]
    public async Task Manifest_that_is_wrong_names_the_place()
    {
        var misplaced = await Try("apply", "-f", await Write("misplaced.yaml", """
            apiVersion: v1
            kind: Pod
            metadata: { name: misplaced }
            spec:
              containers:
              - name: a
                image: busybox
                ports:
                - containerPort: 80
                  volumeMounts: []
            """));
        Assert.Equal(1, misplaced.ExitCode);
        Assert.Contains("spec.containers[0].ports[0].volumeMounts", misplaced.Error, StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].volumeMounts", misplaced.Error, StringComparison.Ordinal);

        var torn = await Try("apply", "-f", await Write("torn.yaml", "kind: Pod\n  name: x\n"));
        Assert.Contains("line 2", torn.Error, StringComparison.Ordinal);
        Assert.Contains("doesn't have a resource type \"foo\"", (await Try("get", "foo")).Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await Try("apply", "-f", "/nowhere.yaml")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_is_pulled_listed_saved_loaded_and_removed()
    {
        await engine.Registry.Push(await TestImages.Busybox(), "library/tool:1");
        Assert.Contains("Status: Downloaded newer image for tool:1", await Tripod("pull", "tool:1"), StringComparison.Ordinal);
        Assert.Matches(@"\ntool +1 +[0-9a-f]{12} ", await Tripod("images", "tool"));
        var archive = Path.Combine(engine.Root, "tool.tar");
        await Tripod("save", "-o", archive, "tool:1");
        Assert.Contains("Untagged: tool:1", await Tripod("rmi", "tool:1"), StringComparison.Ordinal);
        Assert.Equal("", await Tripod("images", "-q", "tool"));
        Assert.Equal("Loaded image: tool:1\n", await Tripod("load", "-i", archive));

        var missing = await Try("pull", "nowhere:1");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("nowhere", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_tells_of_itself()
    {
        Assert.Contains($"pid {engine.Pid}", await Tripod("status"), StringComparison.Ordinal);
        Assert.Equal($"export KUBECONFIG={engine.Kubeconfig};\nexport DOCKER_HOST=unix://{engine.Run}/docker.sock;\n", await Tripod("env", "--shell", "sh"));
        Assert.Contains("Server Version: tripod", await Tripod("version"), StringComparison.Ordinal);
        Assert.Contains("complete", await Command.Run(Engine.TripodProgram, "completion", "bash"), StringComparison.Ordinal);
        var down = await Command.Try(Engine.TripodProgram, "status", "--run", Path.Combine(engine.Root, "none"));
        Assert.Equal(1, down.ExitCode);
        Assert.Contains("no engine runs", down.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_adds_contexts_and_takes_back_only_its_own()
    {
        var home = Directory.CreateDirectory(Path.Combine(engine.Root, "home")).FullName;
        string[] setup = ["env", $"HOME={home}", Engine.TripodProgram, "setup", "--run", engine.Run, "--yes"];
        await Command.Run(setup);
        var config = Path.Combine(home, ".kube", "config");
        Assert.Contains("testnode", await Command.Run("kubectl", "--kubeconfig", config, "--context", "tripod", "get", "nodes"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
        Assert.Contains("the context tripod is in", await Command.Run(setup), StringComparison.Ordinal);
        await Command.Run([.. setup, "--undo"]);
        Assert.DoesNotContain("name: tripod", await File.ReadAllTextAsync(config), StringComparison.Ordinal);

        await File.WriteAllTextAsync(config, "apiVersion: v1\nkind: Config\ncontexts:\n- name: tripod\n  context: { cluster: mine, user: me }\n");
        Assert.Contains("left as it is", await Command.Run(setup), StringComparison.Ordinal);
        await Command.Run([.. setup, "--undo"]);
        Assert.Contains("cluster: mine", await File.ReadAllTextAsync(config), StringComparison.Ordinal);
    }

    private async Task<string> Write(string name, string text)
    {
        var path = Path.Combine(engine.Root, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private Task<string> Tripod(params string[] arguments) => Command.Run([Engine.TripodProgram, .. At(arguments)]);

    private Task<Command> Try(params string[] arguments) => Command.Try([Engine.TripodProgram, .. At(arguments)]);

    /// <summary>Before <c>--</c>, after which all is the container's.</summary>
    private string[] At(string[] arguments) => [arguments[0], "--run", engine.Run, .. arguments[1..]];
}
