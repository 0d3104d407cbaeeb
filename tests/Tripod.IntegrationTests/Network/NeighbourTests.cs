using System.Diagnostics;
using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Network;

/// <summary>
/// An engine on a host of its own as far as the network goes, so that this machine's rules are left alone, and the very
/// commands by which Docker and ufw make their chains there.
/// </summary>
public sealed class NeighbourTests : IAsyncLifetime
{
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"nb{Random.Shared.Next(0x1000000):x6}");
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-neighbour-").FullName;
    private Process? host, engine;

    private string Bridge => name + "0";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/iptables"), "this machine has no iptables, which Docker and ufw make their chains with");
        host = Process.Start("unshare", ["--net", "sleep", "1000"]);
        await Engine.Eventually(
            async () => (await Command.Try("readlink", $"/proc/{host.Id}/ns/net")).Output is { Length: > 0 } own && own != (await Command.Run("readlink", "/proc/self/ns/net")),
            "the host has its own network", TimeSpan.FromSeconds(10));
        await Sh("ip link set lo up");
        engine = Process.Start(new ProcessStartInfo(
            "nsenter",
            [
                $"--net=/proc/{host.Id}/ns/net", Engine.TripodProgram, "serve", "--root", $"{folder}/root", "--run", $"{folder}/run", "--name", name, "--kubeconfig", $"{folder}/kubeconfig",
                "--config", $"{folder}/none", "--node-name", "testnode", "--pod-cidr", "10.199.7.0/24", "--listen-kubernetes", "127.0.0.1:16443",
            ])
        { RedirectStandardError = true });
        engine!.ErrorDataReceived += static (_, _) => { };
        engine.BeginErrorReadLine();
        await Engine.Eventually(async () => (await Command.Try("docker", "--host", $"unix://{folder}/run/docker.sock", "version")).ExitCode == 0, "the engine is ready", TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (engine is { HasExited: false })
        {
            await Down();
        }

        host?.Kill();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Docker_and_ufw_let_pods_through_where_they_keep_room_for_others_and_nothing_of_it_stays()
    {
        await Sh("iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -A DOCKER-USER -j RETURN; iptables -A FORWARD -j DOCKER-USER");
        await Eventually("-A DOCKER-USER -i", "iptables -S DOCKER-USER");
        var rules = (await Sh("iptables -S DOCKER-USER")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(rules, rule => rule.Contains($"-i {Bridge} ", StringComparison.Ordinal) && rule.EndsWith("-j ACCEPT", StringComparison.Ordinal));
        Assert.Contains(rules, rule => rule.Contains($"-o {Bridge} ", StringComparison.Ordinal) && rule.EndsWith("-j ACCEPT", StringComparison.Ordinal));
        Assert.Equal("-A DOCKER-USER -j RETURN", rules[^1]);
        await Sh("iptables -F DOCKER-USER");
        await Eventually("-A DOCKER-USER -o", "iptables -S DOCKER-USER");
        Assert.DoesNotContain("drops packets", await Warnings(), StringComparison.Ordinal);

        await Sh("iptables -A INPUT -i lo -j ACCEPT; iptables -P INPUT DROP; iptables -N ufw-user-forward; iptables -A FORWARD -j ufw-user-forward; iptables -N ufw-user-input; iptables -A INPUT -j ufw-user-input");
        await Eventually("--dport 53", "iptables -S ufw-user-input");
        Assert.Contains($"-o {Bridge} ", await Sh("iptables -S ufw-user-forward"), StringComparison.Ordinal);

        await Down();
        Assert.DoesNotContain(name, await Sh("nft list ruleset"), StringComparison.Ordinal);
        Assert.Equal("-N DOCKER-USER\n", await Sh("iptables -S DOCKER-USER"));
    }

    [Fact]
    public async Task Chain_of_nobody_who_makes_room_is_named_with_the_command_that_mends_it()
    {
        await Sh("nft add table inet mine; nft 'add chain inet mine fw { type filter hook forward priority 0; policy drop; }'");
        Assert.Contains("'inet mine fw'", await Warnings(), StringComparison.Ordinal);
        await Sh($"nft insert rule inet mine fw iifname {Bridge} accept; nft insert rule inet mine fw oifname {Bridge} accept");
        await Engine.Eventually(async () => !(await Warnings()).Contains("inet mine", StringComparison.Ordinal), "the obstacle is gone", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Chain_for_the_machine_itself_and_one_that_drops_by_its_last_rule_are_named_and_mended_by_the_commands()
    {
        await Sh("nft add table inet mine; nft 'add chain inet mine own { type filter hook input priority 0; policy drop; }'; nft add rule inet mine own iif lo accept");
        await Sh("nft 'add chain inet mine through { type filter hook forward priority 0; }'; nft add rule inet mine through ct state established accept; nft add rule inet mine through counter reject");
        var warnings = await Warnings();
        Assert.Contains("'inet mine own' drops packets to this machine", warnings, StringComparison.Ordinal);
        Assert.Contains("'inet mine through' drops packets between interfaces", warnings, StringComparison.Ordinal);
        foreach (var warning in System.Text.Json.JsonSerializer.Deserialize<string[]>(warnings)!.Where(warning => warning.Contains("'inet mine ", StringComparison.Ordinal)))
        {
            await Sh(warning[(warning.IndexOf(", run ", StringComparison.Ordinal) + ", run ".Length)..].Replace(" and ", " && ", StringComparison.Ordinal));
        }

        await Engine.Eventually(async () => !(await Warnings()).Contains("inet mine", StringComparison.Ordinal), "the obstacles are gone", TimeSpan.FromSeconds(10));
    }

    private async Task Down()
    {
        await Sh($"{Engine.TripodProgram} down --run {folder}/run --root {folder}/root --name {name}");
        await engine!.WaitForExitAsync();
    }

    private Task<string> Warnings() => Command.Run("docker", "--host", $"unix://{folder}/run/docker.sock", "info", "--format", "{{json .Warnings}}");

    private Task Eventually(string text, string command) =>
        Engine.Eventually(async () => (await Sh(command)).Contains(text, StringComparison.Ordinal), $"{command} shows {text}", TimeSpan.FromSeconds(20));

    private Task<string> Sh(string line) => Command.Run("nsenter", $"--net=/proc/{host!.Id}/ns/net", "sh", "-c", line);
}
