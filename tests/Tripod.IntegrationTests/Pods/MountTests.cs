using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>How volumes are mounted: parts of them, whose they are, what passes in and out, what may be written.</summary>
public sealed class MountTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task SubPath_shows_a_part_and_makes_what_is_missing()
    {
        await engine.Kubectl("create", "configmap", "parts", "--from-literal=one=1", "--from-literal=two=2");
        Assert.Equal("1\nfrom main\n755 directory\n", await Run(
            "sub",
            "cat /etc/one.conf; echo; echo from main > /logs/file; cat /whole/logs/sub-main/file; stat -c '%a %F' /made",
            """
            env: [ { name: NAME, value: main } ]
            volumeMounts:
            - { name: parts, mountPath: /etc/one.conf, subPath: one }
            - { name: data, mountPath: /logs, subPathExpr: logs/sub-$(NAME) }
            - { name: data, mountPath: /whole }
            - { name: host, mountPath: /made, subPath: deep/er }
            """,
            $"volumes: [ {{ name: parts, configMap: {{ name: parts }} }}, {{ name: data, emptyDir: {{}} }}, {{ name: host, hostPath: {{ path: {Folder("sub")} }} }} ]"));
    }

    [Fact]
    public async Task SubPath_that_is_made_is_for_whom_the_volume_is()
        => Assert.Equal("2777 0 4000\n2777 0 4000\nwritten\n", await Run(
            "subgroup",
            "stat -c '%a %u %g' /part /whole/deep; touch /part/x && echo written",
            "securityContext: { runAsUser: 1001 }\nvolumeMounts: [ { name: data, mountPath: /part, subPath: deep/er }, { name: data, mountPath: /whole } ]",
            "securityContext: { fsGroup: 4000 }\nvolumes: [ { name: data, emptyDir: {} } ]"));

    [Fact]
    public async Task SubPath_of_a_ConfigMap_does_not_follow_its_changes()
    {
        await engine.Kubectl("create", "configmap", "turning", "--from-literal=a=1");
        await engine.Apply(Manifests.Of(
            "turning",
            "terminationGracePeriodSeconds: 1\nvolumes: [ { name: c, configMap: { name: turning } } ]",
            ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: c, mountPath: /whole }}, {{ name: c, mountPath: /part, subPath: a }} ]")));
        await engine.WaitReady("turning");
        await engine.Kubectl("patch", "configmap", "turning", "--type=merge", "-p", "{\"data\":{\"a\":\"2\"}}");
        await Engine.Eventually(async () => await engine.Kubectl("exec", "turning", "--", "cat", "/whole/a") == "2", "the whole follows", TimeSpan.FromSeconds(10));
        Assert.Equal("1", await engine.Kubectl("exec", "turning", "--", "cat", "/part"));
    }

    [Theory]
    [InlineData("absolute", "ln -s /etc /shared/link")]
    [InlineData("relative", "ln -s ../../../../../../../etc /shared/link")]
    [InlineData("inner", "mkdir /shared/a; ln -s .. /shared/a/up; ln -s a/up/.. /shared/link")]
    public async Task SubPath_leads_over_no_link_out_of_the_volume(string name, string link)
    {
        await engine.Apply(Manifests.Of(
            $"escape-{name}",
            $"""
            terminationGracePeriodSeconds: 1
            volumes: [ {"{"} name: shared, emptyDir: {"{}"} {"}"} ]
            initContainers:
            {Manifests.Container("evil", $"{Manifests.Sh(link)}\nvolumeMounts: [ {{ name: shared, mountPath: /shared }} ]").Replace("\n    ", "\n  ", StringComparison.Ordinal)}
            """,
            ("main", $"{Manifests.Sh("ls /out; sleep 1000")}\nvolumeMounts: [ {{ name: shared, mountPath: /out, subPath: link }} ]")));
        var pod = await engine.Until($"escape-{name}", found => found.Waiting("main") == "CreateContainerConfigError", "it is refused");
        Assert.Contains("leads out of volume shared", (string)pod.Container("main")!["state"]!["waiting"]!["message"]!, StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", $"escape-{name}", "--now");
    }

    [Fact]
    public async Task Volumes_are_given_to_the_pods_group()
    {
        await engine.Kubectl("create", "secret", "generic", "grouped", "--from-literal=key=hidden");
        Assert.Equal("2777 4000\n440 4000\nhidden\nwritten\n", await Run(
            "grouped",
            "stat -c '%a %g' /empty; stat -L -c '%a %g' /secret/key; cat /secret/key; echo; touch /empty/x && echo written",
            "securityContext: { runAsUser: 1000 }\nvolumeMounts: [ { name: e, mountPath: /empty }, { name: s, mountPath: /secret } ]",
            "securityContext: { fsGroup: 4000 }\nvolumes: [ { name: e, emptyDir: {} }, { name: s, secret: { secretName: grouped, defaultMode: 0400 } } ]"));
    }

    [Fact]
    public async Task Propagation_goes_in_out_or_neither()
    {
        var folder = Folder("propagation");
        Directory.CreateDirectory(Path.Combine(folder, "in"));
        Directory.CreateDirectory(Path.Combine(folder, "out"));
        await Command.Run("mount", "--bind", folder, folder);
        try
        {
            await Command.Run("mount", "--make-shared", folder);
            await engine.Apply(Manifests.Of(
                "propagation",
                $"terminationGracePeriodSeconds: 1\nvolumes: [ {{ name: h, hostPath: {{ path: {folder} }} }} ]",
                ("slave", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: h, mountPath: /h, mountPropagation: HostToContainer }} ]"),
                ("private", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: h, mountPath: /h }} ]"),
                ("both", $"{Manifests.Sh("mount -t tmpfs x /h/out; touch /h/out/seen; sleep 1000")}\nsecurityContext: {{ privileged: true }}\nvolumeMounts: [ {{ name: h, mountPath: /h, mountPropagation: Bidirectional }} ]")));
            await engine.WaitReady("propagation");
            await Engine.Eventually(() => Task.FromResult(File.Exists(Path.Combine(folder, "out", "seen"))), "the container's mount is on the host", TimeSpan.FromSeconds(10));
            await Command.Run("mount", "-t", "tmpfs", "x", Path.Combine(folder, "in"));
            await File.WriteAllTextAsync(Path.Combine(folder, "in", "seen"), "");
            Assert.Equal("/h/in/seen\n", await engine.Kubectl("exec", "propagation", "-c", "slave", "--", "ls", "/h/in/seen"));
            Assert.NotEqual(0, (await engine.TryKubectl("exec", "propagation", "-c", "private", "--", "ls", "/h/in/seen")).ExitCode);
        }
        finally
        {
            await engine.TryKubectl("delete", "pod", "propagation", "--now");
            await Command.Try("umount", "-R", folder);
        }
    }

    [Fact]
    public async Task Read_only_holds_for_what_is_mounted_below_where_it_is_asked_recursively()
    {
        var folder = Folder("recursive");
        Directory.CreateDirectory(Path.Combine(folder, "below"));
        await Command.Run("mount", "-t", "tmpfs", "x", Path.Combine(folder, "below"));
        try
        {
            Assert.Equal("top refused\nbelow written\nboth refused\n", await Run(
                "recursive",
                "touch /top/x 2>/dev/null || echo top refused; touch /top/below/x && echo below written; touch /all/below/y 2>/dev/null || echo both refused",
                "volumeMounts: [ { name: h, mountPath: /top, readOnly: true }, { name: h, mountPath: /all, readOnly: true, recursiveReadOnly: Enabled } ]",
                $"volumes: [ {{ name: h, hostPath: {{ path: {folder} }} }} ]"));
        }
        finally
        {
            await Command.Run("umount", Path.Combine(folder, "below"));
        }
    }

    [Fact]
    public async Task Image_is_shown_read_only_as_a_volume()
    {
        await engine.Registry.Push(await TestImages.Variant("artifact", image => image.Layer(layer => layer.Directory("models").File("models/weights", "numbers", 0x1ED))), "library/artifact:latest");
        Assert.Equal("numbers\nread-only\nnumbers\n", await Run(
            "artifact",
            "cat /a/models/weights; echo; touch /a/x 2>/dev/null || echo read-only; cat /part/weights; echo",
            "volumeMounts: [ { name: a, mountPath: /a }, { name: a, mountPath: /part, subPath: models } ]",
            "volumes: [ { name: a, image: { reference: artifact, pullPolicy: IfNotPresent } } ]"));

        await engine.Apply(Manifests.Of("absent", "volumes: [ { name: a, image: { reference: absent, pullPolicy: Never } } ]", ("main", $"{Manifests.Sh("sleep 100")}\nvolumeMounts: [ {{ name: a, mountPath: /a }} ]")));
        await engine.Until("absent", pod => pod.Waiting("main") == "ErrImageNeverPull", "its absence is told");
        await engine.Kubectl("delete", "pod", "absent", "--now");
    }

    [Fact]
    public async Task Directories_that_an_image_declares_are_there_and_writable_on_a_read_only_root_too()
    {
        await engine.Registry.Push(
            await TestImages.Variant("declares", image =>
            {
                image.Layer(layer => layer.Directory("data").File("data/kept", "by the image", 0x1A4));
                image.Config["Volumes"] = new JsonObject { ["/data"] = new JsonObject(), ["/made/below"] = new JsonObject(), ["/mine"] = new JsonObject(), ["/bin/sh"] = new JsonObject() };
            }),
            "library/declares:latest");
        foreach (var readOnly in (string[])["true", "false"])
        {
            await engine.Apply(Manifests.Of(
                $"declared-{readOnly}",
                "restartPolicy: Never\nvolumes: [ { name: mine, emptyDir: {} } ]",
                ("main", $"{Manifests.Sh("cat /data/kept; echo; echo x > /data/new && echo x > /made/below/new && echo x > /mine/new && echo written; touch /elsewhere 2>/dev/null || echo read-only; mount | grep -c ' /mine '")}\nsecurityContext: {{ readOnlyRootFilesystem: {readOnly} }}\nvolumeMounts: [ {{ name: mine, mountPath: /mine }} ]"))
                .Replace("image: busybox", "image: declares", StringComparison.Ordinal));
            await engine.Until($"declared-{readOnly}", pod => pod.Phase() is "Succeeded" or "Failed", "it has ended");
            Assert.Equal($"by the image\nwritten\n{(readOnly == "true" ? "read-only\n" : "")}1\n", await engine.Kubectl("logs", $"declared-{readOnly}"));
        }

        await engine.Kubectl("delete", "pod", "declared-true", "declared-false", "--now");
    }

    [Fact]
    public async Task Downward_files_show_the_pod_and_follow_its_labels()
    {
        await engine.Apply(Manifests.Of(
            "shown",
            """
            terminationGracePeriodSeconds: 1
            volumes:
            - name: info
              downwardAPI:
                items:
                - { path: labels, fieldRef: { fieldPath: metadata.labels } }
                - { path: one, fieldRef: { fieldPath: "metadata.labels['one']" } }
                - { path: sub/cpu, mode: 0400, resourceFieldRef: { containerName: main, resource: requests.cpu, divisor: 1m } }
            """,
            ("main", $"{Manifests.Sh("sleep 1000")}\nresources: {{ requests: {{ cpu: 20m }} }}\nvolumeMounts: [ {{ name: info, mountPath: /info }} ]"))
            .Replace("  name: shown\n", "  name: shown\n  labels: { one: \"1\", two: \"2\" }\n", StringComparison.Ordinal));
        await engine.WaitReady("shown");
        Assert.Equal("one=\"1\"\ntwo=\"2\"120", await engine.Kubectl("exec", "shown", "--", "cat", "/info/labels", "/info/one", "/info/sub/cpu"));
        await engine.Kubectl("label", "pod", "shown", "one=changed", "--overwrite");
        await Engine.Eventually(async () => await engine.Kubectl("exec", "shown", "--", "cat", "/info/one") == "changed", "the file follows", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Projected_volume_joins_all_its_sources()
    {
        await engine.Kubectl("create", "configmap", "projected", "--from-literal=c=config");
        await engine.Kubectl("create", "secret", "generic", "projected", "--from-literal=s=secret");
        Assert.Equal("config\nsecret\nprojected\ntmpfs\n600 1000\n", await Run(
            "projected",
            "cd /all; cat conf/c; echo; cat s; echo; cat name; echo; stat -f -c %T .; stat -L -c '%a %u' token; grep -q . token",
            "volumeMounts: [ { name: all, mountPath: /all } ]",
            """
            securityContext: { runAsUser: 1000 }
            volumes:
            - name: all
              projected:
                sources:
                - configMap: { name: projected, items: [ { key: c, path: conf/c } ] }
                - secret: { name: projected }
                - downwardAPI: { items: [ { path: name, fieldRef: { fieldPath: metadata.name } } ] }
                - serviceAccountToken: { path: token, audience: vault, expirationSeconds: 600 }
            """));
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(engine.Root, $"mounts-{name}")).FullName;

    private async Task<string> Run(string name, string script, string container, string spec)
    {
        await engine.Apply(Manifests.Of(name, $"restartPolicy: Never\n{spec}", ("main", $"{Manifests.Sh(script)}\n{container}")));
        await engine.Until(name, found => found.Phase() is "Succeeded" or "Failed", "it has ended");
        var log = await engine.Kubectl("logs", name);
        await engine.Kubectl("delete", "pod", name, "--now");
        return log;
    }
}
