using Tripod.Linux.Networking;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

public sealed class PodNetworkTests : IDisposable
{
    private readonly TestNetwork network = new();
    private readonly int port = TestNetwork.FreePort();

    public void Dispose() => network.Dispose();

    [Fact]
    public async Task Attach_again_changes_nothing_and_breaks_nothing()
    {
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        var before = pod.Sh("ip address show dev eth0");
        pod.Attach(new PortMapping("tcp", port, 80));
        Assert.Equal(before, pod.Sh("ip address show dev eth0"));
        Assert.Equal(pod.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
    }

    [Fact]
    public async Task Attach_completes_what_was_left_half_done_inside_the_namespace()
    {
        var pod = network.Start().ServeTcp(80);
        pod.Sh("ip address flush dev eth0");
        pod.Sh("ip link set eth0 down");
        TestNetwork.Sh($"ip link set {InterfaceNames.Host(pod.Id)} nomaster");
        pod.Attach();
        Assert.Equal(pod.Address, (await network.Start().AskTcp(pod.Address, 80))?.Server);
    }

    [Fact]
    public async Task Attach_replaces_a_link_whose_other_end_is_in_another_namespace()
    {
        var pod = network.Start().ServeTcp(80);
        using var old = Netns.Create();
        pod.Detach();
        network.Network.Attach(pod.Id, old, network.Network.Reserve(pod.Id), []);
        pod.Attach();
        Assert.NotNull(await network.Start().AskTcp(pod.Address, 80));
    }

    [Fact]
    public void Attach_that_fails_leaves_no_link()
    {
        var owner = network.Start(new PortMapping("tcp", port, 80));
        using var netns = Netns.Create();
        var error = Assert.Throws<RuntimeException>(() =>
            network.Network.Attach("second", netns, network.Network.Reserve("second"), [new PortMapping("tcp", port, 80)]));
        Assert.Equal(RuntimeErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains(owner.Id, error.Message, StringComparison.Ordinal);
        using var route = RouteNetlink.Open();
        Assert.Null(route.FindLink(InterfaceNames.Host("second")));
    }

    [Fact]
    public async Task Detach_twice_takes_everything_back_once()
    {
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        pod.Detach();
        pod.Detach();
        Assert.Null(await Echo.AskTcp("127.0.0.1", port));
        using var route = RouteNetlink.Open();
        Assert.Null(route.FindLink(InterfaceNames.Host(pod.Id)));
    }

    [Fact]
    public void Link_ends_with_its_namespace()
    {
        using var route = RouteNetlink.Open();
        var netns = Netns.Create();
        network.Network.Attach("short-lived", netns, network.Network.Reserve("short-lived"), []);
        Assert.NotNull(route.FindLink(InterfaceNames.Host("short-lived")));
        netns.Dispose();
        Assert.True(SpinWait.SpinUntil(() => route.FindLink(InterfaceNames.Host("short-lived")) is null, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Fifty_pods_attached_at_once_all_answer()
    {
        var pods = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
        {
            var pod = new TestPod(network.Network);
            pod.Attach(new PortMapping("tcp", port + i, 80));
            return pod.ServeTcp(80);
        })));
        try
        {
            Assert.Equal(50, pods.Select(static pod => pod.Address).Distinct().Count());
            var answers = await Task.WhenAll(pods.Select((_, i) => Echo.AskTcp("127.0.0.1", port + i)));
            Assert.Equal(pods.Select(static pod => pod.Address), answers.Select(static answer => answer?.Server));
        }
        finally
        {
            foreach (var pod in pods)
            {
                pod.Dispose();
            }
        }
    }

    [Fact]
    public async Task Ports_outlive_the_engine_and_those_nobody_restores_are_pruned()
    {
        var living = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        var gone = network.Start(new PortMapping("tcp", port + 1, 80)).ServeTcp(80);
        network.Reopen();
        Assert.Equal(living.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);

        network.Network.Restore(living.Id, living.Address, [new PortMapping("tcp", port, 80)]);
        network.Network.Prune();
        Assert.Equal(living.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
        Assert.Null(await Echo.AskTcp("127.0.0.1", port + 1));
        Assert.NotEqual(living.Address, network.Network.Reserve("new"));
        Assert.NotNull(gone.Address);
    }

    [Fact]
    public void Restored_container_takes_over_a_port_that_led_elsewhere()
    {
        network.Network.Restore("old", FirstPodAddress(2), [new PortMapping("tcp", port, 80)]);
        network.Reopen();
        network.Network.Restore("new", FirstPodAddress(3), [new PortMapping("tcp", port, 81)]);
        var table = TestNetwork.Sh($"nft list table ip {network.Options.Name}");
        Assert.Contains($"tcp . {port} : {FirstPodAddress(3)} . 81", table, StringComparison.Ordinal);
        Assert.DoesNotContain(FirstPodAddress(2), table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_somebody_deleted_comes_back_whole_with_the_next_change()
    {
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        TestNetwork.Sh($"nft delete table ip {network.Options.Name}");
        network.Start(new PortMapping("udp", port, 53));
        Assert.Equal(pod.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
    }

    [Fact]
    public async Task Table_that_somebody_deleted_comes_back_by_itself_while_it_is_watched()
    {
        using var stop = new CancellationTokenSource();
        var watch = network.Network.KeepRules(stop.Token);
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        TestNetwork.Sh($"nft delete table ip {network.Options.Name}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await Echo.AskTcp("127.0.0.1", port) is null)
        {
            await pause.WaitForNextTickAsync(patience.Token);
        }

        Assert.Equal(pod.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
        network.Network.Close();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
        Assert.DoesNotContain(network.Options.Name, TestNetwork.Sh("nft list tables"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bridge_that_somebody_deleted_comes_back_with_the_next_pod()
    {
        TestNetwork.Sh($"ip link del {network.Bridge}");
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        Assert.Equal(pod.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
    }

    [Fact]
    public async Task Restored_pod_is_plugged_into_a_bridge_that_was_made_anew()
    {
        var pod = network.Start().ServeTcp(80);
        TestNetwork.Sh($"ip link del {network.Bridge}");
        network.Reopen();
        network.Network.Restore(pod.Id, pod.Address, []);
        Assert.Equal(pod.Address, (await Echo.AskTcp(pod.Address, 80))?.Server);
    }

    [Fact]
    public void Bridge_with_another_address_is_mended_while_it_has_no_pods()
    {
        TestNetwork.Sh($"ip address flush dev {network.Bridge} && ip address add 10.149.1.1/24 dev {network.Bridge}");
        network.Reopen();
        var addresses = TestNetwork.Sh($"ip -4 -o address show dev {network.Bridge}");
        Assert.Contains(network.Network.Gateway + "/24", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("10.149.1.1", addresses, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_pod_cidr_is_refused_while_pods_have_addresses_of_the_old_one()
    {
        network.Start();
        var error = Assert.Throws<RuntimeException>(() => PodNetwork.Open(network.Options with { PodCidr = "10.148.7.0/24" }));
        Assert.Contains("pods on it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pod_cidr_of_another_interface_is_refused_by_name()
    {
        var options = network.Options with { Name = "tnother", PodCidr = network.Options.PodCidr };
        var error = Assert.Throws<RuntimeException>(() => PodNetwork.Open(options));
        Assert.Contains(network.Bridge, error.Message, StringComparison.Ordinal);
        using var route = RouteNetlink.Open();
        Assert.Null(route.FindLink("tnother0"));
    }

    [Fact]
    public void Other_tables_stay_as_they_are_and_close_leaves_nothing()
    {
        var other = $"other{Random.Shared.Next(0x1000000):x6}";
        TestNetwork.Sh($"nft 'add table ip {other}; add chain ip {other} c {{ type filter hook forward priority 0; }}; add rule ip {other} c counter'");
        try
        {
            var before = TestNetwork.Sh($"nft -s -a list table ip {other}");
            using var own = new TestNetwork();
            var pod = own.Start(new PortMapping("tcp", port, 80));
            own.Reopen();
            own.Network.Close();
            Assert.Equal(before, TestNetwork.Sh($"nft -s -a list table ip {other}"));
            Assert.DoesNotContain(own.Options.Name, TestNetwork.Sh("nft list tables"), StringComparison.Ordinal);
            using var route = RouteNetlink.Open();
            Assert.Null(route.FindLink(own.Bridge));
            Assert.Null(route.FindLink(InterfaceNames.Host(pod.Id)));
            PodNetwork.Remove(own.Options);
        }
        finally
        {
            TestNetwork.Sh($"nft delete table ip {other}");
        }
    }

    [Fact]
    public void Firewall_that_drops_forwarded_packets_is_an_obstacle_that_is_told()
    {
        // Its priority comes after all others', and it has a rule that accepts everything: it harms nobody.
        var other = $"wall{Random.Shared.Next(0x1000000):x6}";
        TestNetwork.Sh($"nft 'add table ip {other}; add chain ip {other} c {{ type filter hook forward priority 900; policy drop; }}; add rule ip {other} c accept'");
        try
        {
            Assert.Contains(network.Network.Obstacles(), obstacle => obstacle.Contains($"ip {other} c", StringComparison.Ordinal) && obstacle.Contains(network.Bridge, StringComparison.Ordinal));
        }
        finally
        {
            TestNetwork.Sh($"nft delete table ip {other}");
        }
    }

    private string FirstPodAddress(int index) => network.Network.Gateway[..^1] + index;
}
