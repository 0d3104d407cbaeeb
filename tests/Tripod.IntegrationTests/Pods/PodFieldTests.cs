using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Kubectl;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What a pod says for all of its containers: names, namespaces of the host, account, gates.</summary>
public sealed class PodFieldTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Hosts_file_is_the_kubelets_with_the_pods_aliases()
    {
        const string Aliases = "terminationGracePeriodSeconds: 0\nrestartPolicy: Never\nhostAliases: [ { ip: 10.1.2.3, hostnames: [foo.remote, bar.remote] }, { ip: \"fd00::9\", hostnames: [six] } ]";
        await engine.Apply(Manifests.Of("aliases", $"hostname: chosen\n{Aliases}", ("main", Manifests.Sh("hostname; cat /etc/hosts")), ("own", $"{Manifests.Sh("cat /etc/hosts")}\nvolumeMounts: [ {{ name: h, mountPath: /etc/hosts }} ]"))
            .Replace("  hostname: chosen", $"  volumes: [ {{ name: h, hostPath: {{ path: {Path.Combine(engine.Root, "own-hosts")}, type: FileOrCreate }} }} ]\n  hostname: chosen", StringComparison.Ordinal));
        await engine.Apply(Manifests.Of("hostaliases", $"hostNetwork: true\n{Aliases}", ("main", Manifests.Sh("hostname; cat /etc/hosts"))));
        var pod = await engine.Until("aliases", found => found.Phase() == "Succeeded", "it has printed");
        Assert.Equal(
            $"""
            chosen
            # Kubernetes-managed hosts file.
            127.0.0.1	localhost
            ::1	localhost ip6-localhost ip6-loopback
            fe00::0	ip6-localnet
            fe00::0	ip6-mcastprefix
            fe00::1	ip6-allnodes
            fe00::2	ip6-allrouters
            {string.Join('\n', pod["status"]!["podIPs"]!.AsArray().Select(address => $"{address!["ip"]}\tchosen"))}

            # Entries added by HostAliases.
            10.1.2.3	foo.remote	bar.remote
            fd00::9	six

            """,
            await engine.Kubectl("logs", "aliases", "-c", "main"));
        Assert.Equal("", await engine.Kubectl("logs", "aliases", "-c", "own"));
        await engine.Until("hostaliases", found => found.Phase() == "Succeeded", "it has printed");
        var host = await engine.Kubectl("logs", "hostaliases");
        Assert.StartsWith($"{Environment.MachineName}\n# Kubernetes-managed hosts file (host network).\n{await File.ReadAllTextAsync("/etc/hosts", TestContext.Current.CancellationToken)}", host, StringComparison.Ordinal);
        Assert.EndsWith("\n# Entries added by HostAliases.\n10.1.2.3\tfoo.remote\tbar.remote\nfd00::9\tsix\n", host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolver_is_the_engines_the_hosts_or_the_pods_own_as_the_policy_says()
    {
        const string Config = "dnsConfig: { nameservers: [192.0.2.53], searches: [added.example], options: [ { name: ndots, value: \"3\" }, { name: edns0 } ] }";
        await Dns("first", "dnsPolicy: ClusterFirst", "");
        await Dns("hostdefault", "dnsPolicy: Default", "");
        await Dns("withhostnet", "hostNetwork: true\ndnsPolicy: ClusterFirstWithHostNet", "");
        await Dns("hostnet", "hostNetwork: true\ndnsPolicy: ClusterFirst", "");
        await Dns("none", "dnsPolicy: None", Config);
        await Dns("more", "dnsPolicy: ClusterFirst", Config);
        await engine.Kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod", "-l", "of=dns", "--timeout=30s");
        var host = await File.ReadAllTextAsync("/etc/resolv.conf", TestContext.Current.CancellationToken);
        var own = (await engine.Kubectl("logs", "first")).Split('\n')[0];
        Assert.Matches(@"^nameserver 10\.\d+\.\d+\.1$", own);
        Assert.StartsWith($"{own}\n", await engine.Kubectl("logs", "withhostnet"), StringComparison.Ordinal);
        Assert.Equal(host, await engine.Kubectl("logs", "hostnet"));
        var reachable = host.Split('\n').Where(line => line.StartsWith("nameserver ", StringComparison.Ordinal) && !line.StartsWith("nameserver 127.", StringComparison.Ordinal)).ToList();
        Assert.Equal(reachable.Count > 0 ? reachable : [own], (await engine.Kubectl("logs", "hostdefault")).Split('\n').Where(line => line.StartsWith("nameserver", StringComparison.Ordinal)));
        Assert.Equal("nameserver 192.0.2.53\nsearch added.example\noptions ndots:3 edns0\n", await engine.Kubectl("logs", "none"));
        var more = await engine.Kubectl("logs", "more");
        Assert.StartsWith($"{own}\n", more, StringComparison.Ordinal);
        Assert.Contains("nameserver 192.0.2.53\n", more, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^search (.* )?added\.example$", more);
        Assert.Matches(@"(?m)^options .*ndots:3 edns0$", more);

        async Task Dns(string name, string policy, string config) =>
            await engine.Apply(Manifests.Of(name, $"restartPolicy: Never\n{policy}\n{config}", ("main", Manifests.Sh("cat /etc/resolv.conf"))).Replace($"  name: {name}\n", $"  name: {name}\n  labels: {{ of: dns }}\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Namespaces_are_the_pods_the_containers_or_the_hosts()
    {
        const string Ask = "sleep 1000";
        string[] kinds = ["ipc", "net", "pid", "uts"];
        await engine.Apply(Manifests.Of("apart", "terminationGracePeriodSeconds: 0", ("one", Manifests.Sh(Ask)), ("two", Manifests.Sh(Ask))));
        await engine.Apply(Manifests.Of("shared", "terminationGracePeriodSeconds: 0\nshareProcessNamespace: true", ("one", Manifests.Sh(Ask)), ("two", Manifests.Sh("sleep 1001"))));
        await engine.Apply(Manifests.Of("host", "terminationGracePeriodSeconds: 0\nhostNetwork: true\nhostPID: true\nhostIPC: true", ("one", Manifests.Sh(Ask))));
        foreach (var name in (string[])["apart", "shared", "host"])
        {
            await engine.WaitReady(name);
        }

        var hosts = kinds.ToDictionary(kind => kind, kind => new FileInfo($"/proc/self/ns/{kind}").LinkTarget);
        foreach (var kind in kinds)
        {
            var (one, two) = (await Namespace("apart", "one", kind), await Namespace("apart", "two", kind));
            Assert.Equal(kind != "pid", one == two);
            Assert.NotEqual(hosts[kind], one);
            Assert.Equal(await Namespace("shared", "one", kind), await Namespace("shared", "two", kind));
            Assert.Equal(hosts[kind], await Namespace("host", "one", kind));
        }

        Assert.Contains("sleep 1001", await engine.Kubectl("exec", "shared", "-c", "one", "--", "ps"), StringComparison.Ordinal);
        Assert.Contains("/pause", await engine.Kubectl("exec", "shared", "-c", "one", "--", "ps"), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "apart", "shared", "host", "--now");
    }

    [Fact]
    public async Task Account_is_shown_to_the_pod_unless_it_does_not_want_it()
    {
        await engine.Kubectl("create", "serviceaccount", "robot");
        const string Ask = "ls /var/run/secrets/kubernetes.io/serviceaccount 2>/dev/null | wc -l";
        await engine.Apply(Manifests.Of("withtoken", "restartPolicy: Never\nserviceAccountName: robot", ("main", Manifests.Sh(Ask))));
        await engine.Apply(Manifests.Of("without", "restartPolicy: Never\nserviceAccount: robot\nautomountServiceAccountToken: false", ("main", Manifests.Sh(Ask))));
        var pod = await engine.Until("without", found => found.Phase() == "Succeeded", "it has printed");
        Assert.Equal(("robot", "robot"), ((string?)pod["spec"]!["serviceAccountName"], (string?)pod["spec"]!["serviceAccount"]));
        Assert.Equal("0\n", await engine.Kubectl("logs", "without"));
        await engine.Until("withtoken", found => found.Phase() == "Succeeded", "it has printed");
        Assert.Equal("3\n", await engine.Kubectl("logs", "withtoken"));

        await engine.Kubectl("patch", "serviceaccount", "robot", "-p", """{"automountServiceAccountToken":false}""");
        await engine.Apply(Manifests.Of("byaccount", "restartPolicy: Never\nserviceAccountName: robot", ("main", Manifests.Sh(Ask))));
        await engine.Until("byaccount", found => found.Phase() == "Succeeded", "it has printed");
        Assert.Equal("0\n", await engine.Kubectl("logs", "byaccount"));
        Assert.Contains("serviceaccount \"nobody\" not found", (await engine.TryKubectl("run", "x", "--image=busybox", "--overrides={\"spec\":{\"serviceAccountName\":\"nobody\"}}")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_is_ready_once_its_gates_hold_too()
    {
        await engine.Apply(Manifests.Of("gated", "terminationGracePeriodSeconds: 0\nreadinessGates: [ { conditionType: example.com/fed } ]", ("main", Manifests.Sh("sleep 1000"))));
        var pod = await engine.Until("gated", found => found.Holds("ContainersReady") == "True", "its container is ready");
        Assert.Equal(("False", "ReadinessGatesNotReady"), (pod.Holds("Ready"), (string?)pod.Condition("Ready")!["reason"]));
        Assert.Contains("0/1", await engine.Kubectl("get", "pod", "gated", "-o", "wide"), StringComparison.Ordinal);
        using var api = new ApiClient(engine);
        Assert.Equal(200, (await api.Patch("/api/v1/namespaces/default/pods/gated/status", """{"status":{"conditions":[{"type":"example.com/fed","status":"True"}]}}""", "application/strategic-merge-patch+json")).Code);
        await engine.WaitReady("gated");
        await engine.Kubectl("delete", "pod", "gated", "--now");
    }

    [Fact]
    public async Task What_cannot_be_given_is_refused_with_the_way_out()
    {
        var refused = await engine.TryKubectl("apply", "-f", await Write("""
            apiVersion: v1
            kind: Pod
            metadata: { name: claims }
            spec:
              resourceClaims: [ { name: gpu, resourceClaimName: gpu } ]
              schedulingGroup: { podGroupName: team }
              containers: [ { name: main, image: busybox, resources: { claims: [ { name: gpu, request: one } ] } } ]
            """));
        Assert.Contains("spec.resourceClaims: Forbidden: devices are not allocated by resource.k8s.io claims here: give a privileged container the device as a hostPath volume", refused.Error, StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].resources.claims: Forbidden: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("spec.schedulingGroup: Forbidden: pods are not scheduled in groups here", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_of_Windows_is_refused_on_Linux()
    {
        const string Options = "securityContext: { windowsOptions: { gmsaCredentialSpecName: g, gmsaCredentialSpec: s, runAsUserName: u, hostProcess: false } }";
        var named = await engine.TryKubectl("apply", "-f", await Write(Manifests.Of("windows", "os: { name: linux }", ("main", $"{Manifests.Sh("sleep 1")}\n{Options}"))));
        Assert.Contains("spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod", named.Error, StringComparison.Ordinal);
        await engine.Apply(Manifests.Of("windows", Options, ("main", Manifests.Sh("sleep 1"))));
        await engine.Apply(Manifests.Of("otheros", "os: { name: windows }", ("main", Manifests.Sh("sleep 1"))));
        var pod = await engine.Until("windows", found => found.Phase() == "Failed", "it is refused");
        Assert.Equal("PodFeatureUnsupported", (string?)pod["status"]!["reason"]);
        Assert.Contains("windowsOptions cannot be honoured on a linux node", (string?)pod["status"]!["message"], StringComparison.Ordinal);
        Assert.Equal("PodOSNotSupported", (string?)(await engine.Until("otheros", found => found.Phase() == "Failed", "it is refused"))["status"]!["reason"]);
    }

    [Fact]
    public async Task Ephemeral_container_has_what_it_asks_for_and_not_what_it_must_not()
    {
        await engine.Apply(Manifests.Of("visited", "terminationGracePeriodSeconds: 0\nvolumes: [ { name: d, emptyDir: {} } ]", ("main", $"{Manifests.Sh("echo left > /d/file; sleep 1000")}\nvolumeMounts: [ {{ name: d, mountPath: /d }} ]")));
        await engine.WaitReady("visited");
        await engine.Kubectl("create", "configmap", "visiting", "--from-literal=FROM=map");
        using var api = new ApiClient(engine);
        const string Part = "/api/v1/namespaces/default/pods/visited/ephemeralcontainers", Strategic = "application/strategic-merge-patch+json";
        var asked = await api.Patch(Part, """
            {"spec":{"ephemeralContainers":[{"name":"guest","image":"busybox","imagePullPolicy":"IfNotPresent","targetContainerName":"main","command":["sh","-c"],
              "args":["echo $OWN $FROM; pwd; id -u; cat /seen/file; ps | grep -q '[s]leep 1000' && echo seen; echo words > /tmp/why; test -t 0 && echo terminal"],
              "env":[{"name":"OWN","value":"env"}],"envFrom":[{"configMapRef":{"name":"visiting"}}],"workingDir":"/tmp","tty":true,"stdin":true,"stdinOnce":true,
              "securityContext":{"runAsUser":1234},"volumeMounts":[{"name":"d","mountPath":"/seen","readOnly":true}],"terminationMessagePath":"/tmp/why","terminationMessagePolicy":"File"}]}}
            """, Strategic);
        Assert.Equal(200, asked.Code);
        var pod = await engine.Until("visited", found => found.Ended("guest") is not null, "it has ended");
        Assert.Equal("env map\r\n/tmp\r\n1234\r\nleft\r\nseen\r\nterminal\r\n", await engine.Kubectl("logs", "visited", "-c", "guest"));
        Assert.Equal((0, "words\n", false), ((int)pod.Ended("guest")!["exitCode"]!, (string?)pod.Ended("guest")!["message"], (bool)pod.Container("guest")!["ready"]!));
        Assert.Equal("True", pod.Holds("Ready"));

        (string Field, string Value)[] forbidden =
        [
            ("ports", "[{\"containerPort\":1}]"), ("livenessProbe", "{\"tcpSocket\":{\"port\":1}}"), ("readinessProbe", "{\"tcpSocket\":{\"port\":1}}"), ("startupProbe", "{\"tcpSocket\":{\"port\":1}}"),
            ("lifecycle", "{\"preStop\":{\"sleep\":{\"seconds\":1}}}"), ("resources", "{\"limits\":{\"cpu\":\"1\"}}"), ("resizePolicy", "[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"}]"),
            ("restartPolicy", "\"Always\""), ("restartPolicyRules", "[{\"action\":\"Restart\",\"exitCodes\":{\"operator\":\"In\",\"values\":[1]}}]"),
        ];
        foreach (var (field, value) in forbidden)
        {
            var refused = await api.Patch(Part, "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"rude\",\"image\":\"busybox\",\"" + field + "\":" + value + "}]}}", Strategic);
            Assert.Equal(422, refused.Code);
            Assert.Contains($"{field}: Forbidden: cannot be set for an Ephemeral Container", refused.Message, StringComparison.Ordinal);
        }

        Assert.Contains(".subPath: Forbidden: cannot be set for an Ephemeral Container", (await api.Patch(Part, """{"spec":{"ephemeralContainers":[{"name":"rude","image":"busybox","volumeMounts":[{"name":"d","mountPath":"/d","subPath":"x"}]}]}}""", Strategic)).Message, StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "visited", "--now");
    }

    private async Task<string?> Namespace(string pod, string container, string kind) =>
        (await engine.Kubectl("exec", pod, "-c", container, "--", "readlink", $"/proc/self/ns/{kind}")).Trim();

    private async Task<string> Write(string manifest)
    {
        var path = Path.Combine(engine.Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, manifest);
        return path;
    }
}
