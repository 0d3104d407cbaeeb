using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Sandboxes that CNI plugins network: those of Debian, and one that writes down what it is asked.</summary>
public sealed class CniTests
{
    [Fact]
    public async Task Sandbox_is_networked_by_the_machines_plugins_until_it_is_stopped_by_whichever_engine()
    {
        var plugins = Path.Combine(await DebianPackage.Unpack("containernetworking-plugins"), "usr/lib/cni");
        await using var engine = await Engine.Start();
        using var before = await Restart(engine, "auto", plugins);
        var (bridge, leases) = ($"{engine.Name}cni", Path.Combine(engine.Root, "leases"));
        var third = Environment.ProcessId % 250;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(engine.CniFolder, "20-later.conf"), "this is never looked at");
            await File.WriteAllTextAsync(Path.Combine(engine.CniFolder, "10-pods.conflist"), $$"""
                {"cniVersion":"1.0.0","name":"pods","plugins":[
                  {"type":"bridge","bridge":"{{bridge}}","isGateway":true,"ipMasq":false,"hairpinMode":true,
                   "ipam":{"type":"host-local","dataDir":"{{leases}}","ranges":[[{"subnet":"10.199.{{third}}.0/24"}],[{"subnet":"fd00:199:{{third}}::/64"}]],"routes":[{"dst":"0.0.0.0/0"}]} },
                  {"type":"loopback"},
                  {"type":"portmap","snat":true,"capabilities":{"portMappings":true} },
                  {"type":"firewall","backend":"iptables"}]}
                """);
            await before.Pull();
            var port = Engine.FreePort();
            var pod = before.Pod("plugged");
            pod.PortMappings.Add(new PortMapping { ContainerPort = 80, HostPort = port });
            var sandbox = await before.Run(pod);
            var network = (await before.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = sandbox, Verbose = true }));
            Assert.StartsWith($"10.199.{third}.", network.Status.Network.Ip, StringComparison.Ordinal);
            Assert.StartsWith($"fd00:199:{third}:", network.Status.Network.AdditionalIps.Single().Ip, StringComparison.Ordinal);
            var netns = (string)JsonNode.Parse(network.Info["info"])!["netns"]!;
            Assert.Equal($"/run/netns/cni-{sandbox}", netns);
            var container = await before.Start(sandbox, pod, CriClient.Script("web", "echo served > /index.html; exec httpd -f -p 80 -h /"));
            var addresses = await before.Exec(container, "ip", "addr", "show", "eth0");
            Assert.Contains(network.Status.Network.Ip, addresses, StringComparison.Ordinal);
            Assert.Contains(network.Status.Network.AdditionalIps.Single().Ip, addresses, StringComparison.Ordinal);
            Assert.Equal("served\n", await before.Exec(container, "wget", "-qO-", "http://127.0.0.1/index.html"));
            await Engine.Eventually(async () => await Engine.Http(80, "/index.html", network.Status.Network.Ip) == "served\n", "its address answers", TimeSpan.FromSeconds(5));
            await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "served\n", "its host port answers", TimeSpan.FromSeconds(5));
            Assert.Contains(Directory.GetFiles(Path.Combine(leases, "pods")), lease => lease.EndsWith(network.Status.Network.Ip, StringComparison.Ordinal));

            await engine.Kill();
            File.Delete(Path.Combine(engine.CniFolder, "10-pods.conflist"));
            File.Delete(Path.Combine(engine.CniFolder, "20-later.conf"));
            await engine.Launch();
            using var after = new CriClient(engine);
            Assert.Equal(network.Status.Network, (await after.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = sandbox })).Status.Network);
            for (var times = 0; times < 2; times++)
            {
                await after.Runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
            }

            Assert.DoesNotContain(Directory.GetFiles(Path.Combine(leases, "pods")), lease => lease.Contains("10.199", StringComparison.Ordinal));
            Assert.False(File.Exists(netns));
            Assert.DoesNotContain(sandbox[..12], await Command.Run("iptables-save"), StringComparison.Ordinal);
            await after.Remove(sandbox);

            // Without a configuration the engine's own network is there again, for the next one.
            var plain = await after.Run(after.Pod("plain"));
            Assert.DoesNotContain("10.199.", (await after.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = plain })).Status.Network.Ip, StringComparison.Ordinal);
            await after.Remove(plain);
        }
        finally
        {
            // What the plugins share among all sandboxes is nobody's to remove, and stays.
            await Command.Try("ip", "link", "del", bridge);
            foreach (var family in (string[])["iptables", "ip6tables"])
            {
                await Command.Try("sh", "-c", $"{family}-save | sed '/CNI-/d;/cni-portmap/d;/CNI portfwd/d' | {family}-restore");
            }
        }
    }

    [Fact]
    public async Task Plugins_are_asked_in_turn_told_what_is_known_and_heard_when_they_fail()
    {
        await using var engine = await Engine.Start();
        var calls = Directory.CreateDirectory(Path.Combine(engine.Root, "calls")).FullName;
        var plugins = await Recorders(engine, calls);
        using var client = await Restart(engine, "only", plugins);
        var unready = (await client.Runtime.StatusAsync(new())).Status.Conditions.Single(condition => condition.Type == "NetworkReady");
        Assert.Equal((false, "NetworkPluginNotReady"), (unready.Status, unready.Reason));
        Assert.Contains("cni config uninitialized", unready.Message, StringComparison.Ordinal);
        Assert.Contains("cni config uninitialized", (await Assert.ThrowsAsync<RpcException>(async () => await client.Run(client.Pod("early")))).Status.Detail, StringComparison.Ordinal);
        var list = Path.Combine(engine.CniFolder, "10-recorded.conflist");
        await File.WriteAllTextAsync(list, "{");
        await Engine.Eventually(async () => (await Problem(client)).Contains("10-recorded.conflist: CNI configuration:", StringComparison.Ordinal), "a file that is no configuration is told of", TimeSpan.FromSeconds(5));
        const string Capabilities = """{"portMappings":true,"bandwidth":true,"dns":true,"ipRanges":true,"io.kubernetes.cri.pod-annotations":true}""";
        await File.WriteAllTextAsync(list, $$"""{"cniVersion":"0.4.0","cniVersions":["0.4.0","1.0.0","1.1.0"],"name":"recorded","plugins":[{"type":"first","capabilities":{{Capabilities}}},{"type":"second"}]}""");
        await Engine.Eventually(async () => await Problem(client) == "", "the configuration is seen", TimeSpan.FromSeconds(5));
        await File.WriteAllTextAsync(Path.Combine(calls, "fail-STATUS-second"), "");
        Assert.Contains("plugin type=\"second\" failed (status): told to fail; by a test", await Problem(client), StringComparison.Ordinal);
        File.Delete(Path.Combine(calls, "fail-STATUS-second"));

        await client.Runtime.UpdateRuntimeConfigAsync(new() { RuntimeConfig = new() { NetworkConfig = new() { PodCidr = "10.9.0.0/24,fd00:9::/64" } } });
        var pod = client.Pod("told");
        pod.Annotations["kubernetes.io/ingress-bandwidth"] = "10M";
        pod.DnsConfig = new() { Servers = { "10.1.1.1" } };
        var port = Engine.FreePort();
        pod.PortMappings.Add(new PortMapping { ContainerPort = 80, HostPort = port });
        File.Delete(Path.Combine(calls, "all"));
        var sandbox = await client.Run(pod);
        var status = (await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = sandbox })).Status;
        Assert.Equal(("10.9.8.7", "fd00::7"), (status.Network.Ip, status.Network.AdditionalIps.Single().Ip));
        var arguments = $"IgnoreUnknown=1;K8S_POD_NAMESPACE=cri;K8S_POD_NAME=told;K8S_POD_INFRA_CONTAINER_ID={sandbox};K8S_POD_UID={pod.Metadata.Uid}";
        var common = $"{sandbox} eth0 /run/netns/cni-{sandbox} [{arguments}]";
        Assert.Equal([$"ADD first {common}", $"ADD second {common}"], await Said(calls));
        var first = await Given(calls, "ADD", "first");
        Assert.Equal(("recorded", "1.1.0"), ((string?)first["name"], (string?)first["cniVersion"]));
        Assert.Equal(
            $$$"""{"io.kubernetes.cri.pod-annotations":{"note":"kept as it is","kubernetes.io/ingress-bandwidth":"10M"},"portMappings":[{"hostPort":{{{port}}},"containerPort":80,"protocol":"tcp","hostIP":""}],"dns":{"servers":["10.1.1.1"],"searches":[],"options":[]},"ipRanges":[[{"subnet":"10.9.0.0/24"}],[{"subnet":"fd00:9::/64"}]],"bandwidth":{"ingressRate":10000000,"ingressBurst":4294967295}}""",
            first["runtimeConfig"]!.ToJsonString());
        var second = await Given(calls, "ADD", "second");
        Assert.Null(second["runtimeConfig"]);
        Assert.Equal("fd00::7/64", (string?)second["prevResult"]!["ips"]![0]!["address"]);

        // A new engine looks after what is there.
        await engine.Kill();
        File.Delete(Path.Combine(calls, "all"));
        await engine.Launch();
        using var next = new CriClient(engine);
        await Engine.Eventually(async () => (await Said(calls)).Count >= 4, "garbage was collected and the sandbox checked", TimeSpan.FromSeconds(10));
        Assert.Equal(["GC first", "GC second", $"CHECK first {common}", $"CHECK second {common}"], (await Said(calls)).Select(line => line.Replace("    []", "", StringComparison.Ordinal)));
        Assert.Equal($$"""[{"containerID":"{{sandbox}}","ifname":"eth0"}]""", (await Given(calls, "GC", "second"))["cni.dev/valid-attachments"]!.ToJsonString());
        Assert.Equal("fd00::7/64", (string?)(await Given(calls, "CHECK", "first"))["prevResult"]!["ips"]![0]!["address"]);

        // A plugin that does not let go is heard, and asked again.
        await File.WriteAllTextAsync(Path.Combine(calls, "fail-DEL-first"), "");
        var kept = await Assert.ThrowsAsync<RpcException>(async () => await next.Runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox }));
        Assert.Contains($"failed to destroy network for sandbox \"{sandbox}\": plugin type=\"first\" failed (delete): told to fail; by a test", kept.Status.Detail, StringComparison.Ordinal);
        File.Delete(Path.Combine(calls, "fail-DEL-first"));
        File.Delete(Path.Combine(calls, "all"));
        await next.Remove(sandbox);
        Assert.Equal([$"DEL second {common}", $"DEL first {common}"], await Said(calls));
        Assert.Equal("fd00::7/64", (string?)(await Given(calls, "DEL", "first"))["prevResult"]!["ips"]![0]!["address"]);

        // Of a sandbox that could not be networked nothing stays.
        await File.WriteAllTextAsync(Path.Combine(calls, "fail-ADD-second"), "");
        File.Delete(Path.Combine(calls, "all"));
        var failed = await Assert.ThrowsAsync<RpcException>(async () => await next.Run(next.Pod("failed")));
        Assert.Matches("failed to setup network for sandbox \"[0-9a-f]{64}\": plugin type=\"second\" failed \\(add\\): told to fail; by a test", failed.Status.Detail);
        Assert.Equal(["ADD first", "ADD second", "DEL second", "DEL first"], (await Said(calls)).Select(line => string.Join(' ', line.Split(' ')[..2])));
        Assert.Empty((await next.Runtime.ListPodSandboxAsync(new())).Items);
        Assert.Empty(Directory.GetFiles(Path.Combine(engine.Root, "state/cni/results")));
        Assert.False(File.Exists($"/run/netns/cni-{(await Said(calls))[0].Split(' ')[2]}"));
        await File.WriteAllTextAsync(Path.Combine(calls, "fail-ADD-first"), "");
        await File.WriteAllTextAsync(list, """{"cniVersion":"1.0.0","name":"plain","plugins":[{"type":"first"}]}""");
        await Engine.Eventually(async () => (await Assert.ThrowsAsync<RpcException>(async () => await next.Run(pod))).Status.Detail.Contains("no plugin of the CNI network plain has the capability portMappings", StringComparison.Ordinal), "host ports are not left out in silence", TimeSpan.FromSeconds(5));
    }

    private static async Task<CriClient> Restart(Engine engine, string mode, string plugins)
    {
        Directory.CreateDirectory(engine.CniFolder);
        await File.AppendAllTextAsync(Path.Combine(engine.Root, "config.yaml"), $"cni: {mode}\ncniBinDirs: [/nowhere, {plugins}]\n");
        await engine.Kill();
        await engine.Launch();
        return new(engine);
    }

    private static async Task<string> Problem(CriClient client) =>
        (await client.Runtime.StatusAsync(new())).Status.Conditions.Single(condition => condition.Type == "NetworkReady").Message;

    private static async Task<IReadOnlyList<string>> Said(string calls) => File.Exists(Path.Combine(calls, "all")) ? await File.ReadAllLinesAsync(Path.Combine(calls, "all")) : [];

    private static async Task<JsonNode> Given(string calls, string verb, string type) => JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(calls, string.Create(CultureInfo.InvariantCulture, $"{verb}-{type}.json"))))!;

    /// <summary>Two plugins that write down what they are asked, and fail when a file says so.</summary>
    private static async Task<string> Recorders(Engine engine, string calls)
    {
        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "plugins")).FullName;
        foreach (var type in (string[])["first", "second"])
        {
            var path = Path.Combine(folder, type);
            await File.WriteAllTextAsync(path, $$"""
                #!/bin/sh
                cat > {{calls}}/$CNI_COMMAND-{{type}}.json
                [ $CNI_COMMAND = STATUS ] || echo "$CNI_COMMAND {{type}} $CNI_CONTAINERID $CNI_IFNAME $CNI_NETNS [$CNI_ARGS]" >> {{calls}}/all
                if [ -e {{calls}}/fail-$CNI_COMMAND-{{type}} ]; then echo '{"cniVersion":"1.1.0","code":7,"msg":"told to fail","details":"by a test"}'; exit 1; fi
                if [ $CNI_COMMAND = ADD ]; then
                  echo '{"cniVersion":"1.1.0","interfaces":[{"name":"outer"},{"name":"eth0","sandbox":"'$CNI_NETNS'"}],"ips":[{"address":"fd00::7/64","interface":1},{"address":"10.9.8.7/24","interface":1},{"address":"10.9.8.1/24","interface":0}]}'
                fi
                """);
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        }

        return folder;
    }
}
