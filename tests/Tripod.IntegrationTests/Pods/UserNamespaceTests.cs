using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Pods with <c>hostUsers: false</c> (KEP-127): root inside, nobody outside.</summary>
public sealed class UserNamespaceTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Root_is_nobody_to_the_host_and_files_keep_the_ids_that_the_disk_has()
    {
        var host = Directory.CreateDirectory(Path.Combine(engine.Root, "of-the-host")).FullName;
        await File.WriteAllTextAsync(Path.Combine(host, "note"), "host\n");
        await Command.Run("chown", "1000:1000", Path.Combine(host, "note"));
        await engine.Kubectl("create", "configmap", "settings", "--from-literal=key=value");
        await engine.Kubectl("create", "secret", "generic", "hidden", "--from-literal=key=value");
        await engine.Apply("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: kept }
            spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
            """);
        await engine.Apply(Manifests.Of("mapped", $$"""
            hostUsers: false
            terminationGracePeriodSeconds: 1
            volumes:
            - { name: disk, emptyDir: {} }
            - { name: memory, emptyDir: { medium: Memory } }
            - { name: host, hostPath: { path: {{host}} } }
            - { name: settings, configMap: { name: settings } }
            - { name: hidden, secret: { secretName: hidden } }
            - { name: kept, persistentVolumeClaim: { claimName: kept } }
            - { name: image, image: { reference: busybox } }
            """, ("main", $$"""
            {{Manifests.Sh("echo to the log > /dev/stdout; for d in disk memory host kept disk/part; do touch /$d/made; chown 7:8 /$d/made; done; touch /made; while [ ! -e /end ]; do sleep 0.1; done; echo last words > /dev/termination-log")}}
            volumeMounts:
            - { name: disk, mountPath: /disk }
            - { name: disk, mountPath: /disk/part, subPath: part }
            - { name: memory, mountPath: /memory }
            - { name: host, mountPath: /host }
            - { name: settings, mountPath: /settings }
            - { name: hidden, mountPath: /hidden }
            - { name: kept, mountPath: /kept }
            - { name: image, mountPath: /image }
            """)));
        await engine.WaitReady("mapped");
        await engine.Until("mapped", pod => pod.Runs("main"), "it runs");
        var (first, pid) = await RangeOf("mapped", "main");

        // Outside.
        Assert.Equal(0u, first % 65536);
        Assert.True(first >= 65536);
        Assert.Contains($"Uid:\t{first}\t{first}\t{first}\t{first}\n", await File.ReadAllTextAsync($"/proc/{pid}/status"), StringComparison.Ordinal);
        Assert.Equal("7:8", await OwnerOf(Path.Combine(host, "made")));
        var uid = (string)(await engine.Get("pod", "mapped"))["metadata"]!["uid"]!;
        var volumes = Path.Combine(engine.Root, "state", "pods", uid, "volumes", "kubernetes.io~empty-dir");
        Assert.Equal(["7:8", "7:8", "7:8"], await Task.WhenAll(((string[])["disk/made", "memory/made", "disk/part/made"]).Select(file => OwnerOf(Path.Combine(volumes, file)))));
        Assert.Equal($"{first}:{first}", await OwnerOf($"/proc/{pid}/root/made"));

        // Inside.
        string[] roots = ["/", "/bin", "/disk", "/disk/part", "/memory", "/host", "/settings", "/settings/key", "/hidden/key", "/kept", "/image", "/image/bin", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/shm", "/dev/mqueue", "/dev/termination-log", "/var/run/secrets/kubernetes.io/serviceaccount/token"];
        var shown = await engine.Kubectl(["exec", "mapped", "--", "stat", "-L", "-c", "%u:%g %n", .. roots]);
        Assert.Equal(string.Concat(roots.Select(path => $"0:0 {path}\n")), shown);
        Assert.Equal("1000:1000 7:8 7:8 7:8 7:8 7:8\n", await engine.Kubectl("exec", "mapped", "--", "sh", "-c", "echo $(stat -c %u:%g /host/note /disk/made /memory/made /host/made /kept/made /disk/part/made)"));
        Assert.Equal("read-only\nread-only\nwritten\n", await engine.Kubectl("exec", "mapped", "--", "sh", "-c", "for f in /hidden/key /image/x /etc/hosts; do echo '1.2.3.4 x' 2>/dev/null >> $f && echo written || echo read-only; done 2>/dev/null"));
        Assert.Equal("to the log\n", await engine.Kubectl("logs", "mapped"));

        // A container that comes back is the same to the volumes, and says what it had to say.
        await engine.Kubectl("exec", "mapped", "--", "touch", "/end");
        var after = await engine.Until("mapped", pod => pod.Restarts("main") == 1 && pod.Runs("main"), "it has come back");
        Assert.Equal("last words\n", (string?)after.EndedBefore("main")!["message"]);
        Assert.Equal(first, (await RangeOf("mapped", "main")).First);
        Assert.Equal("/disk/made\n", await engine.Kubectl("exec", "mapped", "--", "ls", "/disk/made"));
        await engine.Kubectl("delete", "pod", "mapped");
        Assert.DoesNotContain(uid, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        Directory.Delete(host, recursive: true);
    }

    [Fact]
    public async Task Capabilities_and_sysctls_reach_as_far_as_the_pods_own_namespaces()
    {
        await engine.Apply(Manifests.Of("capable", """
            hostUsers: false
            restartPolicy: Never
            shareProcessNamespace: true
            securityContext: { sysctls: [ { name: kernel.shm_rmid_forced, value: "1" }, { name: net.ipv4.ip_unprivileged_port_start, value: "80" } ] }
            """,
            ("main", $"{Manifests.Sh("hostname; cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_unprivileged_port_start; ip link set lo down && ip link set lo up && echo network; mount -t tmpfs x /tmp 2>/dev/null || echo no mount; ping -c 1 -W 2 $(ip route | sed -n 's/default via \\([0-9.]*\\).*/\\1/p') > /dev/null && echo pinged")}\nsecurityContext: {{ capabilities: {{ add: [NET_ADMIN] }} }}"),
            ("strong", $"{Manifests.Sh("mount -t tmpfs x /tmp && echo mounted; mknod /tmp/n c 1 3 2>/dev/null || echo no device; (echo 61 > /proc/sys/vm/swappiness) 2>/dev/null || echo no host; ls /proc/1/fd 2>/dev/null || echo no pause; for d in /dev/[sv]da; do head -c 1 $d > /dev/null 2>&1 && echo disk; done; true")}\nsecurityContext: {{ privileged: true }}"),
            ("unmasked", $"{Manifests.Sh("wc -l < /proc/timer_list 2>/dev/null || echo not for it; mount | grep -c ' on /proc/' || true")}\nsecurityContext: {{ procMount: Unmasked }}")));
        await engine.Until("capable", pod => pod.Phase() == "Succeeded", "it has ended");
        Assert.Equal("capable\n1\n80\nnetwork\nno mount\npinged\n", await engine.Kubectl("logs", "capable", "-c", "main"));
        Assert.Equal("mounted\nno device\nno host\nno pause\n", await engine.Kubectl("logs", "capable", "-c", "strong"));
        Assert.EndsWith("\n0\n", await engine.Kubectl("logs", "capable", "-c", "unmasked"), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "capable");
    }

    [Fact]
    public async Task Users_groups_streams_probes_and_tools_are_as_in_any_pod()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Of("tooled", """
            hostUsers: false
            terminationGracePeriodSeconds: 1
            securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000] }
            volumes: [ { name: shared, emptyDir: {} } ]
            """, ("main", $$"""
            {{Manifests.Sh("id -u; id -G; echo out > /dev/stdout; touch /shared/mine; stat -c %u:%g /shared/mine; mkdir /tmp/w; echo served > /tmp/w/index.html; httpd -p 8080 -h /tmp/w; while read line; do echo heard $line; done")}}
            stdin: true
            ports: [ { containerPort: 8080, hostPort: {{port}} } ]
            readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 }
            livenessProbe: { exec: { command: [test, -e, /shared/mine] }, periodSeconds: 1 }
            lifecycle: { postStart: { exec: { command: [touch, /tmp/started] } } }
            volumeMounts: [ { name: shared, mountPath: /shared } ]
            """)));
        await engine.WaitReady("tooled");
        Assert.Equal("1000\n2000 3000 4000\nout\n1000:3000\n", await engine.Kubectl("logs", "tooled"));
        Assert.Equal("served\n", await Engine.Http(port));
        Assert.Equal("1000 /tmp/started\n", await engine.Kubectl("exec", "tooled", "--", "sh", "-c", "echo out > /dev/stderr; echo $(id -u) $(ls /tmp/started) > /dev/stdout"));
        Assert.Equal("1000\n", await engine.Kubectl("exec", "tooled", "--", "sh", "-c", "ls -ln /proc/self/fd/ > /dev/null; stat -L -c %u /proc/self/fd/0"));
        var terminal = await Command.Try("timeout", "20", "script", "-qec", $"kubectl --kubeconfig {engine.Kubeconfig} exec -it tooled -- sh -c 'stat -c %u $(tty); echo on > /dev/tty'", "/dev/null");
        Assert.Contains("1000\r\non\r\n", terminal.Output, StringComparison.Ordinal);
        var attached = await Command.Try("sh", "-c", $"(echo word; sleep 2) | timeout 10 kubectl --kubeconfig {engine.Kubeconfig} attach -i tooled");
        Assert.Contains("heard word", attached.Output, StringComparison.Ordinal);

        var file = Path.Combine(engine.Root, "copied");
        await File.WriteAllTextAsync(file, "copied\n");
        await engine.Kubectl("cp", file, "tooled:/tmp/copied");
        Assert.Equal("copied 1000\n", await engine.Kubectl("exec", "tooled", "--", "sh", "-c", "echo $(cat /tmp/copied) $(stat -c %u /tmp/copied)"));
        await engine.Kubectl("cp", "tooled:/tmp/w/index.html", file);
        Assert.Equal("served\n", await File.ReadAllTextAsync(file));

        var local = Engine.FreePort();
        Assert.Equal("served\n", (await Command.Try("sh", "-c", $"kubectl --kubeconfig {engine.Kubeconfig} port-forward tooled {local}:8080 > /dev/null & forward=$!; for i in 1 2 3 4 5 6 7 8 9 10; do curl -sf 127.0.0.1:{local} && break; sleep 0.3; done; kill $forward")).Output);
        await engine.Kubectl("debug", "tooled", "--image=busybox", "--image-pull-policy=IfNotPresent", "--target=main", "-c", "look", "--", "sh", "-c", "cat /proc/1/cmdline | tr '\\0' ' '; cat /proc/self/uid_map");
        await engine.Until("tooled", pod => pod.Ended("look") is not null, "the debugging container has ended");
        var (first, _) = await RangeOf("tooled", "main");
        var looked = await engine.Kubectl("logs", "tooled", "-c", "look");
        Assert.StartsWith("sh -c id -u", looked, StringComparison.Ordinal);
        Assert.Contains(first.ToString(CultureInfo.InvariantCulture), looked, StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "tooled");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_name()
    {
        var refused = await engine.TryKubectl("create", "-f", await Written(Manifests.Of("never", "hostUsers: false\nhostNetwork: true\nhostPID: true\nhostIPC: true", ("main", Manifests.Sh("true")))));
        Assert.Contains("spec.hostNetwork: Forbidden: when `hostUsers` is false", refused.Error, StringComparison.Ordinal);
        Assert.Contains("spec.HostPID: Forbidden: when `hostUsers` is false", refused.Error, StringComparison.Ordinal);
        Assert.Contains("spec.HostIPC: Forbidden: when `hostUsers` is false", refused.Error, StringComparison.Ordinal);
        var unmasked = await engine.TryKubectl("create", "-f", await Written(Manifests.Of("never", "", ("main", $"{Manifests.Sh("true")}\nsecurityContext: {{ procMount: Unmasked }}"))));
        Assert.Contains("spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`", unmasked.Error, StringComparison.Ordinal);

        await engine.Apply(Manifests.Of("outside", "hostUsers: false", ("main", $"{Manifests.Sh("sleep 100")}\nsecurityContext: {{ runAsUser: 65536 }}")));
        await engine.Apply(Manifests.Of("unmapped", "hostUsers: false\nvolumes: [ { name: kernel, hostPath: { path: /sys/kernel } } ]", ("main", $"{Manifests.Sh("sleep 100")}\nvolumeMounts: [ {{ name: kernel, mountPath: /kernel }} ]")));
        var outside = await engine.Until("outside", pod => pod.Waiting("main") == "CreateContainerError", "it is refused");
        Assert.StartsWith("user 65536 is outside of the pod's user namespace, which has 0 to 65535", (string)outside.Container("main")!["state"]!["waiting"]!["message"]!, StringComparison.Ordinal);
        var unmapped = await engine.Until("unmapped", pod => pod.Waiting("main") == "CreateContainerError", "it is refused");
        Assert.StartsWith("mount /kernel: /sys/kernel cannot be shown in the pod's user namespace: this kernel does not id-map its file system", (string)unmapped.Container("main")!["state"]!["waiting"]!["message"]!, StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "outside", "unmapped");
    }

    [Fact]
    public async Task Node_says_what_its_runtimes_can()
    {
        var status = (await engine.Get("node", "testnode"))["status"]!;
        var own = status["runtimeHandlers"]!.AsArray().Single(handler => (string?)handler!["name"] == "")!;
        Assert.Equal((true, true, true), ((bool)own["features"]!["userNamespaces"]!, (bool)own["features"]!["recursiveReadOnlyMounts"]!, (bool)status["features"]!["supplementalGroupsPolicy"]!));
    }

    [Fact]
    public async Task Each_pod_has_ids_of_its_own_which_outlive_the_engine_and_are_free_again_with_it()
    {
        await using var own = await Engine.Start();
        await File.AppendAllTextAsync(Path.Combine(own.Root, "config.yaml"), "\nuserNamespaceIds: \"655360:131072\"\n");
        await own.Kill();
        await own.Launch();
        foreach (var name in (string[])["one", "two", "three"])
        {
            await own.Apply(Manifests.Script(name, "sleep 1000", pod: "hostUsers: false"));
            if (name != "three")
            {
                await own.WaitReady(name);
            }
        }

        var (one, two) = ((await RangeOf("one", "main", own)).First, (await RangeOf("two", "main", own)).First);
        Assert.Equal([655360u, 720896u], ((uint[])[one, two]).Order());
        await Engine.Eventually(async () => (await own.Events("three")).Any(line => line.Contains("could not find an empty slot to allocate a user namespace", StringComparison.Ordinal)), "it is told that there are no more", TimeSpan.FromSeconds(20));

        await own.Kill();
        await Command.Run("kill", "-9", await PauseOf(one));
        await own.Launch();
        await own.Until("one", pod => pod.Restarts("main") == 1 && pod.Runs("main"), "it has a new sandbox");
        Assert.Equal(one, (await RangeOf("one", "main", own)).First);
        await own.Kubectl("delete", "pod", "two");
        await own.WaitReady("three", 60);
        Assert.Equal(two, (await RangeOf("three", "main", own)).First);
    }

    private static async Task<string> PauseOf(uint first) => (await Command.Run("sh", "-c", $"for p in $(pgrep -x pause); do grep -q ' {first} ' /proc/$p/uid_map && echo $p; done; true")).Trim();

    private static async Task<string> OwnerOf(string path) => (await Command.Run("stat", "-c", "%u:%g", path)).Trim();

    private async Task<string> Written(string manifest)
    {
        var path = Path.Combine(engine.Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, manifest);
        return path;
    }

    /// <summary>The first of the container's ids on the host, and its pid there.</summary>
    private async Task<(uint First, int Pid)> RangeOf(string pod, string container, Engine? of = null)
    {
        of ??= engine;
        var id = ((string)(await of.Get("pod", pod)).Container(container)!["containerID"]!).Split("//")[1];
        var pid = (int)JsonNode.Parse(await of.Docker("inspect", id))![0]!["State"]!["Pid"]!;
        var map = (await File.ReadAllTextAsync($"/proc/{pid}/uid_map")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("0", "65536"), (map[0], map[2]));
        return (uint.Parse(map[1], CultureInfo.InvariantCulture), pid);
    }
}
