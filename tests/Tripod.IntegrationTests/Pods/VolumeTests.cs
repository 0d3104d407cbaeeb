using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Volumes as containers see them, with the modes and links that Kubernetes gives them.</summary>
public sealed class VolumeTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task ConfigMap_is_there_whole_by_items_and_with_modes()
    {
        await engine.Kubectl("create", "configmap", "conf", "--from-literal=one=1", "--from-literal=two=2");
        var output = await Run(
            "conf",
            "cat /whole/one /whole/two; echo; ls /picked/sub; cat /picked/sub/first; stat -L -c %a /whole/one /picked/sub/first; readlink /whole/one; ls /none | wc -l; touch /whole/x 2>/dev/null || echo read-only",
            mounts: "[ { name: whole, mountPath: /whole }, { name: picked, mountPath: /picked }, { name: none, mountPath: /none } ]",
            volumes: """
                - { name: whole, configMap: { name: conf } }
                - { name: picked, configMap: { name: conf, defaultMode: 0400, items: [ { key: one, path: sub/first, mode: 0444 } ] } }
                - { name: none, configMap: { name: not-there, optional: true } }
            """);
        Assert.Equal("12\nfirst\n1644\n444\n..data/one\n0\nread-only\n", output);
    }

    [Fact]
    public async Task Secret_is_in_memory_alone()
    {
        await engine.Kubectl("create", "secret", "generic", "word", "--from-literal=word=hidden");
        var output = await Run(
            "word", "cat /secret/word; echo; stat -f -c %T /secret; stat -L -c %a /secret/word",
            mounts: "[ { name: s, mountPath: /secret, readOnly: true } ]", volumes: "    - { name: s, secret: { secretName: word, defaultMode: 0440 } }");
        Assert.Equal("hidden\ntmpfs\n440\n", output);

        // A pod that is done is gone from the API at once; its directories follow.
        await Engine.Eventually(() => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(engine.Root, "state", "pods"), "word", SearchOption.AllDirectories).Any()), "the volume is gone", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task EmptyDir_is_shared_by_the_containers_outlives_them_and_goes_with_the_pod()
    {
        await engine.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: { name: empty }
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - { name: writer, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "echo $(cat /d/runs 2>/dev/null)x > /d/runs; while [ ! -e /d/end ]; do sleep 0.05; done; rm /d/end"], volumeMounts: [ { name: d, mountPath: /d } ] }
              - { name: reader, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "1000"], volumeMounts: [ { name: d, mountPath: /d }, { name: m, mountPath: /m } ] }
              volumes: [ { name: d, emptyDir: {} }, { name: m, emptyDir: { medium: Memory, sizeLimit: 1Mi } } ]
            """);
        await engine.WaitReady("empty");
        Assert.Equal("x\n", await engine.Kubectl("exec", "empty", "-c", "reader", "--", "cat", "/d/runs"));
        Assert.Equal("tmpfs\n", await engine.Kubectl("exec", "empty", "-c", "reader", "--", "stat", "-f", "-c", "%T", "/m"));
        Assert.NotEqual(0, (await engine.TryKubectl("exec", "empty", "-c", "reader", "--", "dd", "if=/dev/zero", "of=/m/large", "bs=1k", "count=2048")).ExitCode);
        await engine.Kubectl("exec", "empty", "-c", "reader", "--", "touch", "/d/end");
        await Engine.Eventually(async () => await engine.Kubectl("exec", "empty", "-c", "reader", "--", "cat", "/d/runs") == "xx\n", "the writer has run again", TimeSpan.FromSeconds(20));

        var uid = await engine.Kubectl("get", "pod", "empty", "-o", "jsonpath={.metadata.uid}");
        Assert.True(Directory.Exists(Path.Combine(engine.Root, "state", "pods", uid)));
        await engine.Kubectl("delete", "pod", "empty");
        await Engine.Eventually(() => Task.FromResult(!Directory.Exists(Path.Combine(engine.Root, "state", "pods", uid))), "it is gone with the pod", TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("DirectoryOrCreate", "made/new", "directory")]
    [InlineData("FileOrCreate", "made-file", "regular empty file")]
    [InlineData("Directory", "", "directory")]
    public async Task HostPath_is_checked_and_made_as_its_type_says(string type, string path, string kind)
    {
        var host = Directory.CreateDirectory(Path.Combine(engine.Root, $"host-{type.ToLowerInvariant()}")).FullName;
        var output = await Run(
            $"host-{type.ToLowerInvariant()}", "stat -c %F /h",
            mounts: "[ { name: h, mountPath: /h } ]", volumes: $"    - {{ name: h, hostPath: {{ path: \"{Path.Combine(host, path)}\", type: {type} }} }}");
        Assert.Equal(kind + "\n", output);
    }

    [Fact]
    public async Task HostPath_of_another_type_is_refused_until_it_is_right()
    {
        var host = Path.Combine(engine.Root, "wanted");
        await engine.Apply(Manifests.Script("wrong", "sleep 1000", container: "volumeMounts: [ { name: h, mountPath: /h } ]", pod: $"volumes: [ {{ name: h, hostPath: {{ path: \"{host}\", type: Directory }} }} ]"));
        await Engine.Eventually(
            async () => (await engine.Events("wrong")).Any(line => line == $"FailedMount: MountVolume.SetUp failed for volume \"h\" : hostPath type check failed: {host} is not a directory"),
            "the event says so", TimeSpan.FromSeconds(20));
        Directory.CreateDirectory(host);
        await engine.WaitReady("wrong", seconds: 60);
        await engine.Kubectl("delete", "pod", "wrong", "--now");
    }

    [Fact]
    public async Task HostPath_of_every_other_type_is_shown_and_made_where_none_is_asked()
    {
        var host = Directory.CreateDirectory(Path.Combine(engine.Root, "kinds")).FullName;
        await File.WriteAllTextAsync(Path.Combine(host, "file"), "text", TestContext.Current.CancellationToken);
        await Command.Run("mknod", Path.Combine(host, "block"), "b", "7", "99");
        var output = await Run(
            "kinds", "cat /file; echo; for f in /socket /char /block /untyped; do stat -c %F $f; done",
            mounts: "[ { name: file, mountPath: /file }, { name: socket, mountPath: /socket }, { name: char, mountPath: /char }, { name: block, mountPath: /block }, { name: untyped, mountPath: /untyped } ]",
            volumes: $$"""
                - { name: file, hostPath: { path: {{host}}/file, type: File } }
                - { name: socket, hostPath: { path: {{engine.DockerSocket}}, type: Socket } }
                - { name: char, hostPath: { path: /dev/null, type: CharDevice } }
                - { name: block, hostPath: { path: {{host}}/block, type: BlockDevice } }
                - { name: untyped, hostPath: { path: {{host}}/made/without/type } }
            """);
        Assert.Equal("text\nsocket\ncharacter special file\nblock special file\ndirectory\n", output);
    }

    [Fact]
    public async Task Sources_of_a_projected_volume_have_their_modes_and_may_be_missing()
    {
        await engine.Kubectl("create", "configmap", "modes", "--from-literal=a=1", "--from-literal=b=2");
        await engine.Kubectl("create", "secret", "generic", "modes", "--from-literal=s=3", "--from-literal=t=4");
        var output = await Run(
            "modes", "cd /p; for f in one b s name cpu; do echo $f $(cat $f) $(stat -L -c %a $f); done; ls -d * | wc -l; stat -L -c %a /d/name /s/sub/s; cat /s/sub/s; ls /missing | wc -l",
            mounts: "[ { name: p, mountPath: /p }, { name: d, mountPath: /d }, { name: s, mountPath: /s }, { name: missing, mountPath: /missing } ]",
            volumes: """
                - name: p
                  projected:
                    defaultMode: 0440
                    sources:
                    - configMap: { name: modes, items: [ { key: a, path: one, mode: 0400 }, { key: b, path: b } ] }
                    - configMap: { name: nobody, optional: true }
                    - secret: { name: modes, items: [ { key: s, path: s, mode: 0444 }, { key: none, path: none } ], optional: true }
                    - secret: { name: nobody, optional: true }
                    - downwardAPI: { items: [ { path: name, mode: 0404, fieldRef: { fieldPath: metadata.name } }, { path: cpu, resourceFieldRef: { containerName: main, resource: requests.cpu } } ] }
                - name: d
                  downwardAPI: { defaultMode: 0404, items: [ { path: name, fieldRef: { fieldPath: metadata.name } } ] }
                - { name: s, secret: { secretName: modes, items: [ { key: s, path: sub/s, mode: 0400 } ] } }
                - { name: missing, secret: { secretName: nobody, optional: true } }
            """);
        Assert.Equal("one 1 400\nb 2 440\ns 3 444\nname modes 404\ncpu 0 440\n5\n404\n400\n30\n", output);
    }

    [Fact]
    public async Task Trust_bundles_are_shown_by_name_or_signer_and_followed()
    {
        await engine.Apply($"{Bundle("plain", "", "", "one")}\n---\n{Bundle("example.com:ca:first", "example.com/ca", "for: pods", "two", "three")}\n---\n{Bundle("example.com:ca:second", "example.com/ca", "for: pods", "three")}\n---\n{Bundle("example.com:ca:other", "example.com/ca", "for: others", "four")}");
        await engine.Apply(Manifests.Of(
            "trusting",
            """
            terminationGracePeriodSeconds: 0
            volumes:
            - name: t
              projected:
                sources:
                - clusterTrustBundle: { name: plain, path: plain.pem }
                - clusterTrustBundle: { signerName: example.com/ca, labelSelector: { matchLabels: { for: pods }, matchExpressions: [ { key: for, operator: Exists } ] }, path: sub/signed.pem }
                - clusterTrustBundle: { name: none, optional: true, path: none.pem }
            """,
            ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: t, mountPath: /t }} ]")));
        await engine.WaitReady("trusting");
        Assert.Equal("1\n2\n0\n", await Count());
        await engine.Apply(Bundle("plain", "", "", "one", "five"));
        await Engine.Eventually(async () => await Count() == "2\n2\n0\n", "the file follows", TimeSpan.FromSeconds(10));
        Assert.Contains("example.com/ca", await engine.Kubectl("get", "clustertrustbundles"), StringComparison.Ordinal);

        await engine.Apply(Manifests.Of("distrusting", "terminationGracePeriodSeconds: 0\nvolumes: [ { name: t, projected: { sources: [ { clusterTrustBundle: { signerName: example.com/ca, path: x } } ] } } ]", ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: t, mountPath: /t }} ]")));
        await Told("distrusting", "FailedMount: MountVolume.SetUp failed for volume \"t\" : combination of signerName and labelSelector matched zero ClusterTrustBundles");
        await engine.Kubectl("delete", "pod", "trusting", "distrusting", "--now");

        async Task<string> Count() => await engine.Kubectl("exec", "trusting", "--", "sh", "-c", "for f in plain.pem sub/signed.pem none.pem; do grep -c BEGIN /t/$f; done; true");

        static string Bundle(string name, string signer, string labels, params string[] authorities) => $$"""
            apiVersion: certificates.k8s.io/v1beta1
            kind: ClusterTrustBundle
            metadata: { name: "{{name}}", labels: { {{labels}} } }
            spec:
              signerName: "{{signer}}"
              trustBundle: {{System.Text.Json.JsonSerializer.Serialize(string.Concat(authorities.Select(Authorities.Of)), JsonText.Default.String)}}
            """;
    }

    [Fact]
    public async Task Certificate_is_asked_of_its_signer_and_shown_with_its_key()
    {
        await engine.Apply(Manifests.Of(
            "certified",
            """
            terminationGracePeriodSeconds: 0
            volumes:
            - name: c
              projected:
                sources:
                - podCertificate: { signerName: example.com/signer, keyType: ECDSAP384, maxExpirationSeconds: 7200, credentialBundlePath: bundle.pem, keyPath: key.pem, certificateChainPath: chain.pem, userAnnotations: { example.com/for: tests } }
            """,
            ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: c, mountPath: /c }} ]")));
        await Told("certified", "FailedMount: MountVolume.SetUp failed for volume \"c\" : credential bundle is not issued yet");
        var request = System.Text.Json.Nodes.JsonNode.Parse(await engine.Kubectl("get", "podcertificaterequests", "-o", "json"))!["items"]![0]!;
        var spec = request["spec"]!;
        Assert.Equal(("example.com/signer", "certified", "default", "testnode", 7200, "tests"),
            ((string?)spec["signerName"], (string?)spec["podName"], (string?)spec["serviceAccountName"], (string?)spec["nodeName"], (int)spec["maxExpirationSeconds"]!, (string?)spec["unverifiedUserAnnotations"]!["example.com/for"]));

        // What a signer does: it looks at the key and the proof that the pod has the other half of it, and writes a certificate into the status.
        var (chain, begin, end) = Authorities.Sign((string)spec["pkixPublicKey"]!, (string)spec["proofOfPossession"]!, (string)spec["podUID"]!);
        using var api = new Kubectl.ApiClient(engine);
        var issued = new System.Text.Json.Nodes.JsonObject
        {
            ["status"] = new System.Text.Json.Nodes.JsonObject { ["certificateChain"] = chain, ["notBefore"] = begin, ["notAfter"] = end, ["beginRefreshAt"] = end },
        };
        Assert.Equal(200, (await api.Patch($"/apis/certificates.k8s.io/v1beta1/namespaces/default/podcertificaterequests/{request["metadata"]!["name"]}/status", issued.ToJsonString())).Code);
        await engine.WaitReady("certified");
        var key = await engine.Kubectl("exec", "certified", "--", "cat", "/c/key.pem");
        Assert.Equal(chain, await engine.Kubectl("exec", "certified", "--", "cat", "/c/chain.pem"));
        Assert.Equal(key + chain, await engine.Kubectl("exec", "certified", "--", "cat", "/c/bundle.pem"));
        using var whole = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(chain, key);
        Assert.True(whole.HasPrivateKey);
        Assert.Contains("Issued", await engine.Kubectl("get", "podcertificaterequests"), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "certified", "--now");
        await Engine.Eventually(async () => (await engine.Kubectl("get", "podcertificaterequests", "-o", "name")).Length == 0, "the request goes with its pod", TimeSpan.FromSeconds(10));

        await engine.Apply(Manifests.Of("denied", "volumes: [ { name: c, projected: { sources: [ { podCertificate: { signerName: example.com/signer, keyType: RSA3072, keyPath: k } } ] } } ]", ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: c, mountPath: /c }} ]")));
        await Told("denied", "FailedMount: MountVolume.SetUp failed for volume \"c\" : credential bundle is not issued yet");
        var name = (await engine.Kubectl("get", "podcertificaterequests", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        Assert.Equal(200, (await api.Patch($"/apis/certificates.k8s.io/v1beta1/namespaces/default/podcertificaterequests/{name}/status", """{"status":{"conditions":[{"type":"Denied","status":"True","reason":"No","message":"never","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""")).Code);
        await Told("denied", "FailedMount: MountVolume.SetUp failed for volume \"c\" : PodCertificateRequest was permanently denied: reason=\"No\" message=\"never\"");
        await engine.Apply(Manifests.Of("unmade", "volumes: [ { name: c, projected: { sources: [ { podCertificate: { signerName: example.com/signer, keyType: ED25519, keyPath: k } } ] } } ]", ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: c, mountPath: /c }} ]")));
        await Told("unmade", "FailedMount: MountVolume.SetUp failed for volume \"c\" : podCertificate keyType ED25519 is not supported by tripod: use ECDSAP256, ECDSAP384, ECDSAP521, RSA3072 or RSA4096");
        await engine.Kubectl("delete", "pod", "denied", "unmade", "--now");
    }

    [Fact]
    public async Task EmptyDir_keeps_what_its_containers_made_of_it()
    {
        await engine.Kubectl("create", "configmap", "turned", "--from-literal=a=1");
        await engine.Apply(Manifests.Of(
            "keeper",
            "terminationGracePeriodSeconds: 0\nsecurityContext: { fsGroup: 4000 }\nvolumes: [ { name: d, emptyDir: {} }, { name: m, emptyDir: { medium: Memory } }, { name: c, configMap: { name: turned } } ]",
            ("main", $"{Manifests.Sh("stat -c '%a %g' /d /m; chmod 700 /d /m; sleep 1000")}\nvolumeMounts: [ {{ name: d, mountPath: /d }}, {{ name: m, mountPath: /m }}, {{ name: c, mountPath: /c }} ]")));
        await engine.WaitReady("keeper");
        await Engine.Eventually(async () => await engine.Kubectl("logs", "keeper") == "2777 4000\n2777 4000\n", "they are the group's", TimeSpan.FromSeconds(5));
        await engine.Kubectl("patch", "configmap", "turned", "--type=merge", "-p", "{\"data\":{\"a\":\"2\"}}");
        await Engine.Eventually(async () => await engine.Kubectl("exec", "keeper", "--", "cat", "/c/a") == "2", "the volumes were set up again", TimeSpan.FromSeconds(10));
        Assert.Equal("700\n700\n", await engine.Kubectl("exec", "keeper", "--", "stat", "-c", "%a", "/d", "/m"));
        await engine.Kubectl("delete", "pod", "keeper", "--now");
    }

    [Fact]
    public async Task EmptyDir_may_be_of_huge_pages()
    {
        const string Pages = "/proc/sys/vm/nr_hugepages";
        var before = await File.ReadAllTextAsync(Pages, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Pages, "8", TestContext.Current.CancellationToken);
        try
        {
            Assert.SkipUnless(int.Parse(await File.ReadAllTextAsync(Pages, TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture) >= 8, "the kernel has no room for eight huge pages");
            await using var own = await Engine.Start();
            await own.Apply(Manifests.Of(
                "huge",
                "restartPolicy: Never\nvolumes: [ { name: any, emptyDir: { medium: HugePages } }, { name: sized, emptyDir: { medium: HugePages-2Mi } } ]",
                ("main", $"{Manifests.Sh("grep -E ' /(any|sized) ' /proc/mounts")}\nresources: {{ limits: {{ hugepages-2Mi: 8Mi, memory: 32Mi }} }}\nvolumeMounts: [ {{ name: any, mountPath: /any }}, {{ name: sized, mountPath: /sized }} ]")));
            await own.Until("huge", pod => pod.Phase() == "Succeeded", "it has printed");
            Assert.Matches(@"^(hugetlbfs /(any|sized) hugetlbfs rw,.*pagesize=2M.*\n){2}$", await own.Kubectl("logs", "huge"));
            await own.Apply(Manifests.Of("unasked", "terminationGracePeriodSeconds: 0\nvolumes: [ { name: any, emptyDir: { medium: HugePages } } ]", ("main", Manifests.Sh("sleep 1000"))));
            await Engine.Eventually(async () => (await own.Events("unasked")).Contains("FailedMount: MountVolume.SetUp failed for volume \"any\" : emptyDir medium HugePages: no container of the pod asks for huge pages"), "it is told", TimeSpan.FromSeconds(20));
        }
        finally
        {
            await File.WriteAllTextAsync(Pages, before);
        }
    }

    [Fact]
    public async Task Kind_of_volume_that_one_machine_cannot_serve_is_refused_by_name()
    {
        (string Kind, string Fields)[] kinds =
        [
            ("awsElasticBlockStore", "volumeID: v"), ("azureDisk", "diskName: d, diskURI: u"), ("azureFile", "secretName: s, shareName: share"), ("cephfs", "monitors: [m]"), ("cinder", "volumeID: v"),
            ("csi", "driver: d.example"), ("fc", "targetWWNs: [w], lun: 1"), ("flexVolume", "driver: a/b"), ("flocker", "datasetName: d"), ("gcePersistentDisk", "pdName: p"), ("gitRepo", "repository: r"),
            ("glusterfs", "endpoints: e, path: p"), ("iscsi", "targetPortal: t, iqn: iqn.2001-04.com.example, lun: 0"), ("photonPersistentDisk", "pdID: p"), ("portworxVolume", "volumeID: v"),
            ("quobyte", "registry: r, volume: v"), ("rbd", "monitors: [m], image: i"), ("scaleIO", "gateway: g, system: s, volumeName: v, secretRef: { name: secret }"), ("storageos", "volumeName: v"), ("vsphereVolume", "volumePath: p"),
        ];
        await engine.Apply(string.Join("\n---\n", kinds.Select(kind => Manifests.Of(
            $"kind-{kind.Kind.ToLowerInvariant()}", $"volumes: [ {{ name: v, {kind.Kind}: {{ {kind.Fields} }} }} ]", ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: v, mountPath: /v }} ]"))
            .Replace("  name: kind-", "  labels: { of: kinds }\n  name: kind-", StringComparison.Ordinal))));
        foreach (var (kind, _) in kinds)
        {
            await Told(
                $"kind-{kind.ToLowerInvariant()}",
                $"FailedMount: MountVolume.SetUp failed for volume \"v\" : volumes of kind {kind} are not supported by tripod: use configMap, secret, downwardAPI, projected, emptyDir, hostPath, nfs, image, persistentVolumeClaim or ephemeral");
        }

        await engine.Kubectl("delete", "pod", "-l", "of=kinds", "--now");
    }

    /// <summary>One that is there is shown by make test-v2, whose kernel has a server and a client.</summary>
    [Fact]
    public async Task Share_of_a_machine_that_does_not_answer_is_told_with_its_name_and_port()
    {
        await engine.Apply(Manifests.Of("share", "volumes: [ { name: v, nfs: { server: 127.8.7.6, path: /p } } ]", ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: v, mountPath: /v }} ]")));
        await Told("share", "FailedMount: MountVolume.SetUp failed for volume \"v\" : nfs server 127.8.7.6 does not answer on port 2049: Connection refused");
        await engine.Kubectl("delete", "pod", "share", "--now");
    }

    private async Task Told(string pod, string message) =>
        await Engine.Eventually(async () => (await engine.Events(pod)).Contains(message), $"{pod} has the event {message}", TimeSpan.FromSeconds(20));

    private async Task<string> Run(string name, string script, string mounts, string volumes)
    {
        await engine.Apply($$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: {{name}} }
            spec:
              restartPolicy: Never
              containers:
              - { name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script, JsonText.Default.String)}}], volumeMounts: {{mounts}} }
              volumes:
            {{volumes}}
            """);
        await engine.Until(name, pod => (string?)pod["status"]!["phase"] is "Succeeded" or "Failed", "it has ended");
        var output = await engine.Kubectl("logs", name);
        await engine.Kubectl("delete", "pod", name);
        return output;
    }
}
