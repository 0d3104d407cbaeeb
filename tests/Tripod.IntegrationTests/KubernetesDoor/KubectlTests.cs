using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.KubernetesDoor;

/// <summary>What people type at kubectl, in every version of it that is on this machine; no warning is accepted where Kubernetes gives none.</summary>
public sealed class KubectlTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/lib/google-cloud-sdk/bin"];

    private readonly Engine engine = shared.Engine;

    /// <summary>kubectl.1.30 to kubectl.1.36 where they are, and else whatever kubectl there is.</summary>
    public static TheoryData<string> Versions() =>
        Enumerable.Range(30, 7).Select(minor => Folders.Select(folder => $"{folder}/kubectl.1.{minor}").FirstOrDefault(File.Exists)).OfType<string>().ToList() is { Count: > 0 } found
            ? [.. found]
            : ["kubectl"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Pod_lives_its_life_by_every_verb(string kubectl)
    {
        var name = $"life-{Path.GetFileName(kubectl).Replace("kubectl", "k", StringComparison.Ordinal).Replace(".", "-", StringComparison.Ordinal)}";
        var manifest = await Write($"{name}.yaml", Manifests.Script(name, "echo out; echo err >&2; trap 'exit 0' TERM; while :; do sleep 0.1; done"));
        var typed = new Typing(engine, kubectl);

        Assert.Contains("Server Version: v1.", await typed.Run("version"), StringComparison.Ordinal);
        Assert.Matches(@"pods +po +v1 +true +Pod", await typed.Run("api-resources"));
        Assert.Equal($"pod/{name} created\n", await typed.Run("apply", "-f", manifest));
        Assert.Equal($"pod/{name} condition met\n", await typed.Run("wait", "--for=condition=Ready", $"pod/{name}", "--timeout=30s"));
        Assert.Equal($"pod/{name} unchanged\n", await typed.Run("apply", "-f", manifest));
        Assert.Equal($"pod/{name} condition met\n", await typed.Run("wait", "--for=jsonpath={.status.phase}=Running", $"pod/{name}", "--timeout=30s"));

        Assert.Matches($@"^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n{name} +1/1 +Running +0 ", await typed.Run("get", "po", name, "-o", "wide"));
        Assert.Equal($"pod/{name}\n", await typed.Run("get", "po", name, "-o", "name"));
        Assert.Equal("Running", await typed.Run("get", "po", name, "-o", "jsonpath={.status.phase}"));
        Assert.Equal("Pod", (string?)JsonNode.Parse(await typed.Run("get", "po", name, "-o", "json"))!["kind"]);
        Assert.Contains($"name: {name}\n", await typed.Run("get", "po", name, "-o", "yaml"), StringComparison.Ordinal);
        Assert.Equal($"N\n{name}\n", await typed.Run("get", "po", name, "-o", "custom-columns=N:.metadata.name"));
        Assert.Contains($"default     {name} ", await typed.Run("get", "po", "-A", "--sort-by=.metadata.name", "--field-selector", "status.phase=Running"), StringComparison.Ordinal);

        Assert.Equal($"pod/{name} labeled\n", await typed.Run("label", "pod", name, "tier=web"));
        Assert.Contains(name, await typed.Run("get", "po", "-l", "tier in (web)", "--show-labels"), StringComparison.Ordinal);
        Assert.Equal($"pod/{name} unlabeled\n", await typed.Run("label", "pod", name, "tier-"));
        Assert.Equal($"pod/{name} annotated\n", await typed.Run("annotate", "pod", name, "note=a b"));
        foreach (var (type, patch) in ((string, string)[])[("strategic", """{"metadata":{"labels":{"p":"1"}}}"""), ("merge", """{"metadata":{"labels":{"p":"2"}}}"""), ("json", """[{"op":"replace","path":"/metadata/labels/p","value":"3"}]""")])
        {
            Assert.Equal($"pod/{name} patched\n", await typed.Run("patch", "pod", name, $"--type={type}", "-p", patch));
        }

        Assert.Equal("3", await typed.Run("get", "po", name, "-o", "jsonpath={.metadata.labels.p}"));
        Assert.Equal($"pod/{name} edited\n", await typed.RunWith($"EDITOR={await Editor()}", "edit", "pod", name));

        Assert.Equal("out\nerr\n", Sorted(await typed.Run("logs", name)));
        Assert.Equal("hello\n", await typed.Run("exec", name, "--", "echo", "hello"));
        Assert.Equal(9, (await typed.Try("exec", name, "--", "sh", "-c", "exit 9")).ExitCode);
        var described = await typed.Run("describe", "pod", name);
        Assert.Contains("Started container main", described, StringComparison.Ordinal);
        Assert.Contains("Started container main", await typed.Run("events", "--for", $"pod/{name}"), StringComparison.Ordinal);

        Assert.Equal($"pod \"{name}\" deleted", (await typed.Run("delete", "pod", name)).Split(" from ")[0].TrimEnd());
        Assert.Contains("NotFound", (await typed.Try("get", "pod", name)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Objects_that_are_made_of_words_are_made(string kubectl)
    {
        var typed = new Typing(engine, kubectl);
        var name = $"w-{Guid.NewGuid():n}";
        Assert.Equal($"namespace/{name} created\n", await typed.Run("create", "namespace", name));
        Assert.Equal("configmap/c created\n", await typed.Run("-n", name, "create", "configmap", "c", "--from-literal=a=b"));
        Assert.Equal("secret/s created\n", await typed.Run("-n", name, "create", "secret", "generic", "s", "--from-literal=a=b"));
        Assert.Equal("serviceaccount/x created\n", await typed.Run("-n", name, "create", "serviceaccount", "x"));
        Assert.Equal("b Yg==", await typed.Run("-n", name, "get", "configmap/c", "secret/s", "-o", "jsonpath={.items[*].data.a}"));
        var found = await typed.Run("-n", name, "get", "cm,sa", "-o", "name");
        Assert.Equal(["configmap/c", "configmap/kube-root-ca.crt", "serviceaccount/default", "serviceaccount/x"], found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        await typed.Run("delete", "namespace", name);
        Assert.Equal("", await typed.Run("-n", name, "get", "cm,secret,sa", "-o", "name"));
    }

    [Fact]
    public async Task Server_side_apply_replace_and_dry_run_are_as_in_Kubernetes()
    {
        var typed = new Typing(engine, "kubectl");
        var one = await Write("cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ssa }\ndata: { a: one }\n");
        Assert.Equal("configmap/ssa created (server dry run)\n", await typed.Run("apply", "-f", one, "--dry-run=server"));
        Assert.Equal("configmap/ssa serverside-applied\n", await typed.Run("apply", "--server-side", "--field-manager=first", "-f", one));
        await File.WriteAllTextAsync(one, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ssa }\ndata: { a: two }\n");
        var conflict = await typed.Try("apply", "--server-side", "--field-manager=second", "-f", one);
        Assert.Contains("conflict with \"first\": .data.a", conflict.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await typed.Try("diff", "-f", one)).ExitCode);
        Assert.Equal("configmap/ssa replaced\n", await typed.Run("replace", "-f", one));
        Assert.Equal("two", await typed.Run("get", "cm", "ssa", "-o", "jsonpath={.data.a}"));
        Assert.Contains("configmap/ssa replaced", await typed.Run("replace", "--force", "-f", one), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_shows_each_change_as_it_comes()
    {
        var typed = new Typing(engine, "kubectl");
        using var watch = new System.Diagnostics.Process
        {
            StartInfo = new("kubectl", ["--kubeconfig", engine.Kubeconfig, "get", "cm", "-w", "--output-watch-events", "--field-selector", "metadata.name=watched"]) { RedirectStandardOutput = true },
        };
        watch.Start();
        await typed.Run("create", "cm", "watched");
        await typed.Run("label", "cm", "watched", "a=b");
        await typed.Run("delete", "cm", "watched");
        var kinds = new List<string>();
        while (kinds.LastOrDefault() != "DELETED" && await watch.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token) is { } line)
        {
            kinds.Add(line.Split(' ')[0]);
        }

        watch.Kill();
        Assert.Equal(["EVENT", "ADDED", "MODIFIED", "DELETED"], kinds);
    }

    [Fact]
    public async Task Files_are_copied_in_and_out_whole()
    {
        var typed = new Typing(engine, "kubectl");
        await engine.Apply(Manifests.Script("copy", "sleep 1000"));
        await engine.WaitReady("copy");
        var (source, target) = (Path.Combine(engine.Root, "random"), Path.Combine(engine.Root, "back"));
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(source, bytes);
        await typed.Run("cp", source, "copy:/tmp/random");
        await typed.Run("cp", "copy:/tmp/random", target);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(target));
        await typed.Run("delete", "pod", "copy", "--now");
    }

    [Fact]
    public async Task Refusals_name_the_thing_and_the_way_out()
    {
        var typed = new Typing(engine, "kubectl");
        Assert.Contains("doesn't have a resource type \"foo\"", (await typed.Try("get", "foo")).Error, StringComparison.Ordinal);
        var deployments = (await typed.Try("get", "deployments")).Error;
        Assert.Contains("deployments.apps is not served by tripod: it serves pods, configmaps", deployments, StringComparison.Ordinal);
        Assert.Contains("make a pod of the Deployment's spec.template", deployments, StringComparison.Ordinal);

        await engine.Apply(Manifests.Script("fixed", "sleep 1000"));
        var changed = (await typed.Try("patch", "pod", "fixed", "-p", """{"spec":{"containers":[{"name":"main","command":["x"]}]}}""")).Error;
        Assert.Contains("pod updates may not change fields other than", changed, StringComparison.Ordinal);
        Assert.Contains("kubectl replace --force -f", changed, StringComparison.Ordinal);
        var stale = await Write("stale.json", (await typed.Run("get", "pod", "fixed", "-o", "json")).Replace("\"resourceVersion\": \"", "\"resourceVersion\": \"1", StringComparison.Ordinal));
        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", (await typed.Try("replace", "-f", stale)).Error, StringComparison.Ordinal);
        // The warning is kubectl's own.
        Assert.Equal(0, (await typed.Try("delete", "pod", "fixed", "--force", "--grace-period=0")).ExitCode);
        Assert.Equal("401", await Command.Run("curl", "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", $"https://127.0.0.1:{engine.KubernetesPort}/api/v1/pods"));
    }

    [Fact]
    public async Task Articles_manifest_as_printed_and_half_mended_gets_clear_errors()
    {
        const string Head = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: ghost
              namespace: default
            spec:
              containers:
              - image: nginx
                imagePullPolicy: IfNotPresent
                name: nginx
                ports:
                - containerPort: 80
                  protocol: TCP
                  hostPort: 8888
                  volumeMounts:
                - mountPath: /etc/nginx/
                  name: nginx-config
                  readOnly: true
              - image: ghost
                name: ghost
                volumes:

            """;
        var typed = new Typing(engine, "kubectl");
        var printed = await Write("printed.yaml", Head + "   - name: nginx-config\n     configMap:\n       name: nginx-config\n     EOF\n");
        Assert.Contains("did not find expected key", (await typed.Try("apply", "-f", printed)).Error, StringComparison.Ordinal);

        var half = await Write("half.yaml", Head + "    - name: nginx-config\n      configMap:\n        name: nginx-config\n");
        var refused = (await typed.Try("apply", "-f", half)).Error;
        Assert.Contains("spec.containers[0].ports[0].volumeMounts: unknown field; did you mean spec.containers[0].volumeMounts?", refused, StringComparison.Ordinal);
        Assert.Contains("spec.containers[1].volumes: unknown field; did you mean spec.volumes?", refused, StringComparison.Ordinal);
    }

    /// <summary>A program that changes one label.</summary>
    private async Task<string> Editor()
    {
        var path = await Write("editor", "#!/bin/sh\nsed -i 's/^    p: .*/    p: \"4\"/' \"$1\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static string Sorted(string lines) => string.Concat(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).OrderDescending(StringComparer.Ordinal).Select(line => line + "\n"));

    private async Task<string> Write(string name, string text)
    {
        var path = Path.Combine(engine.Root, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    /// <summary>One kubectl against the engine; what it writes to stderr on success is a failure.</summary>
    private sealed class Typing(Engine engine, string kubectl)
    {
        public Task<string> Run(params string[] arguments) => RunWith("A=B", arguments);

        public async Task<string> RunWith(string environment, params string[] arguments)
        {
            var done = await Command.Try(["env", environment, kubectl, "--kubeconfig", engine.Kubeconfig, .. arguments]);
            Assert.True(done.ExitCode == 0, $"{Path.GetFileName(kubectl)} {string.Join(' ', arguments)}: {done.ExitCode}: {done.Error}{done.Output}");
            var told = string.Concat(done.Error.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("No resources found", StringComparison.Ordinal) && !line.StartsWith("tar: ", StringComparison.Ordinal)));
            Assert.True(told.Length == 0, $"{Path.GetFileName(kubectl)} {string.Join(' ', arguments)} says: {told}");
            return done.Output;
        }

        public Task<Command> Try(params string[] arguments) => engine.TryKubectlOf(kubectl, arguments);
    }
}
