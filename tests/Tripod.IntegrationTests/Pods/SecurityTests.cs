using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Security contexts as processes feel them, and refusals in the kubelet's words.</summary>
public sealed class SecurityTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Users_and_groups_are_the_containers_over_the_pods()
    {
        var output = await Run("users", "id -u; id -g; id -G", "securityContext: { runAsUser: 1001 }", "securityContext: { runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [3000], fsGroup: 4000 }");
        Assert.Equal("1001\n2000\n2000 3000 4000\n", output.Log);
        var user = output.Pod.Container("main")!["user"]!["linux"]!;
        Assert.Equal((1001, 2000, "[2000,3000,4000]"), ((int)user["uid"]!, (int)user["gid"]!, new JsonArray([.. user["supplementalGroups"]!.AsArray().Select(group => (int)group!).Order().Select(group => JsonValue.Create(group))]).ToJsonString()));
    }

    [Fact]
    public async Task Groups_of_the_image_are_merged_unless_the_policy_is_strict()
    {
        await engine.Registry.Push(await TestImages.Variant("grouped", image => image
            .Layer(layer => layer.File("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home:/bin/sh\n").File("etc/group", "root:x:0:\nann:x:1000:\nextra:x:5000:ann\n"))), "library/grouped:latest");
        Assert.Equal("1000 3000 5000\n", (await Run("merged", "id -G", "image: grouped\nsecurityContext: { runAsUser: 1000 }", "securityContext: { supplementalGroups: [3000] }")).Log);
        Assert.Equal("1000 3000\n", (await Run("strict", "id -G", "image: grouped\nsecurityContext: { runAsUser: 1000 }", "securityContext: { supplementalGroups: [3000], supplementalGroupsPolicy: Strict }")).Log);
    }

    [Theory]
    [InlineData("image-root", "", "container has runAsNonRoot and image will run as root")]
    [InlineData("user-root", "runAsUser: 0, ", "container's runAsUser breaks non-root policy")]
    public async Task Root_is_refused_where_it_must_not_be(string name, string user, string message)
    {
        await engine.Apply(Manifests.Of(name, "", ("main", $"{Manifests.Sh("sleep 100")}\nsecurityContext: {{ {user}runAsNonRoot: true }}")));
        var pod = await engine.Until(name, found => found.Waiting("main") == "CreateContainerConfigError", "it is refused");
        Assert.StartsWith(message, (string)pod.Container("main")!["state"]!["waiting"]!["message"]!, StringComparison.Ordinal);
        Assert.Contains(await engine.Events(name), line => line.StartsWith($"Failed: Error: {message}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Capabilities_are_added_dropped_and_lost_to_others_than_root()
    {
        Assert.Equal("mounted\n", (await Run("added", "mount -t tmpfs x /tmp && echo mounted", "securityContext: { capabilities: { add: [SYS_ADMIN] } }")).Log);
        Assert.Equal("refused\n", (await Run("plain", "mount -t tmpfs x /tmp 2>/dev/null || echo refused", "")).Log);
        Assert.Equal("refused\n", (await Run("dropped", "chown 1:1 /tmp 2>/dev/null || echo refused", "securityContext: { capabilities: { drop: [ALL] } }")).Log);
        Assert.Equal("CapEff:\t0000000000000000\n", (await Run("other", "grep CapEff /proc/self/status", "securityContext: { runAsUser: 1000, capabilities: { add: [NET_ADMIN] } }")).Log);
    }

    [Fact]
    public async Task Privileged_container_has_the_machines_devices()
    {
        var (log, _) = await Run("privileged", "[ -c /dev/kmsg ] || [ -b /dev/vda ] && echo devices; touch /proc/sys/vm/x 2>&1 | grep -o 'Read-only' ; mount -t tmpfs x /tmp && echo mounted; grep Seccomp: /proc/self/status", "securityContext: { privileged: true }");
        Assert.Equal("devices\nmounted\nSeccomp:\t0\n", log);
    }

    [Fact]
    public async Task Escalation_read_only_root_and_proc_are_as_asked()
    {
        Assert.Equal("NoNewPrivs:\t1\n", (await Run("no-more", "grep NoNewPrivs /proc/self/status", "securityContext: { allowPrivilegeEscalation: false }")).Log);
        Assert.Equal("NoNewPrivs:\t0\n", (await Run("more", "grep NoNewPrivs /proc/self/status", "")).Log);
        Assert.Equal("read-only\nwritable\n", (await Run(
            "read-only", "touch /x 2>/dev/null || echo read-only; touch /tmp/x && echo writable", "securityContext: { readOnlyRootFilesystem: true }\nvolumeMounts: [ { name: t, mountPath: /tmp } ]", "volumes: [ { name: t, emptyDir: {} } ]")).Log);
        Assert.Equal("0\n", (await Run("masked", "wc -c < /proc/timer_list", "")).Log);
    }

    [Fact]
    public async Task Seccomp_profiles_are_the_default_none_or_a_local_one()
    {
        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "state", "seccomp", "own")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "no-chmod.json"), """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chmod","fchmod","fchmodat"],"action":"SCMP_ACT_ERRNO"}]}""");
        Assert.Equal("refused\n", (await Run("local", "chmod 700 /tmp 2>/dev/null || echo refused", "securityContext: { seccompProfile: { type: Localhost, localhostProfile: own/no-chmod.json } }")).Log);
        Assert.Equal("Seccomp:\t2\n", (await Run("default", "grep Seccomp: /proc/self/status", "securityContext: { seccompProfile: { type: RuntimeDefault } }")).Log);
        Assert.Equal("Seccomp:\t0\n", (await Run("none", "grep Seccomp: /proc/self/status", "", "securityContext: { seccompProfile: { type: Unconfined } }")).Log);

        await engine.Apply(Manifests.Of("missing", "", ("main", $"{Manifests.Sh("sleep 100")}\nsecurityContext: {{ seccompProfile: {{ type: Localhost, localhostProfile: none.json }} }}")));
        var pod = await engine.Until("missing", found => found.Waiting("main") == "CreateContainerError", "it is refused");
        Assert.Contains("none.json", (string)pod.Container("main")!["state"]!["waiting"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Safe_sysctls_are_set_and_unsafe_ones_refused()
    {
        Assert.Equal("1\n80\n", (await Run("safe", "cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_unprivileged_port_start", "", "securityContext: { sysctls: [ { name: kernel.shm_rmid_forced, value: \"1\" }, { name: net.ipv4.ip_unprivileged_port_start, value: \"80\" } ] }")).Log);
        await engine.Apply(Manifests.Of("unsafe", "securityContext: { sysctls: [ { name: kernel.msgmax, value: \"65536\" } ] }", ("main", Manifests.Sh("sleep 100"))));
        var pod = await engine.Until("unsafe", found => found.Phase() == "Failed", "it is refused");
        Assert.Equal(("SysctlForbidden", "Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted"), ((string?)pod["status"]!["reason"], (string?)pod["status"]!["message"]));
        Assert.Contains("SysctlForbidden", await engine.Kubectl("get", "pod", "unsafe"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsafe_sysctls_are_set_where_the_engine_allows_them()
    {
        await using var lax = await Engine.StartWith("--allowed-unsafe-sysctls", "kernel.msg*,net.core.somaxconn");
        await lax.Apply(Manifests.Of("lax", "restartPolicy: Never\nsecurityContext: { sysctls: [ { name: kernel.msgmax, value: \"65536\" }, { name: net/core/somaxconn, value: \"99\" } ] }", ("main", Manifests.Sh("cat /proc/sys/kernel/msgmax /proc/sys/net/core/somaxconn"))));
        await lax.Until("lax", pod => pod.Phase() == "Succeeded", "it has printed");
        Assert.Equal("65536\n99\n", await lax.Kubectl("logs", "lax"));
    }

    [Fact]
    public async Task Capabilities_may_all_be_added_or_dropped_but_for_some()
    {
        var all = (await Run("all", "grep CapBnd /proc/self/status", "securityContext: { capabilities: { add: [ALL] } }")).Log;
        var engines = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapBnd", StringComparison.Ordinal));
        Assert.Equal(engines + "\n", all);
        Assert.Equal("CapEff:\t0000000000000400\n", (await Run("bind", "grep CapEff /proc/self/status", "securityContext: { capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] } }")).Log);
    }

    [Fact]
    public async Task Group_of_a_claimed_volume_is_changed_always_or_when_its_root_is_another()
    {
        await engine.Apply("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: grouped }
            spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
            """);
        const string Mount = "volumeMounts: [ { name: d, mountPath: /d } ]";
        string Spec(string policy) => $"securityContext: {{ fsGroup: 4000, fsGroupChangePolicy: {policy} }}\nvolumes: [ {{ name: d, persistentVolumeClaim: {{ claimName: grouped }} }} ]";
        Assert.Equal("2 4000\n", (await Run("made", "mkdir /d/sub; chgrp 7 /d/sub; stat -c %g /d | sed 's/^/2 /'", Mount, Spec("Always"))).Log);
        Assert.Equal("7\n", (await Run("kept", "stat -c %g /d/sub", Mount, Spec("OnRootMismatch"))).Log);
        Assert.Equal("4000\n", (await Run("changed", "stat -c %g /d/sub", Mount, Spec("Always"))).Log);
        Assert.Equal("read-only\n", (await Run("read", "touch /d/x 2>/dev/null || echo read-only", Mount, Spec("Always").Replace("claimName: grouped", "claimName: grouped, readOnly: true", StringComparison.Ordinal))).Log);
    }

    [Theory]
    [InlineData("apparmor", "appArmorProfile: { type: RuntimeDefault }", "AppArmor", "AppArmor is not enabled on the host")]
    [InlineData("selinux", "seLinuxOptions: { level: \"s0:c1,c2\" }", "SELinux", "SELinux is not enabled on the host")]
    public async Task What_the_host_lacks_is_named(string name, string context, string reason, string message)
    {
        await engine.Apply(Manifests.Of(name, $"securityContext: {{ {context} }}", ("main", Manifests.Sh("sleep 100"))));
        var pod = await engine.Until(name, found => found.Phase() == "Failed", "it is refused");
        Assert.Equal(reason, (string?)pod["status"]!["reason"]);
        Assert.Contains(message, (string)pod["status"]!["message"]!, StringComparison.Ordinal);
    }

    private async Task<(string Log, JsonNode Pod)> Run(string name, string script, string container, string spec = "")
    {
        var manifest = Manifests.Of(name, $"restartPolicy: Never\n{spec}", ("main", $"{Manifests.Sh(script)}\n{container}"));
        if (container.Contains("image:", StringComparison.Ordinal))
        {
            manifest = manifest.Replace("    image: busybox\n", "", StringComparison.Ordinal);
        }

        await engine.Apply(manifest);
        var pod = await engine.Until(name, found => found.Phase() is "Succeeded" or "Failed", "it has ended");
        return (await engine.Kubectl("logs", name), pod);
    }
}
