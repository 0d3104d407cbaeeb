using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>Networks and volumes of a user's own, by the real docker CLI.</summary>
public sealed class NetworkTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Containers_find_each_other_by_name_on_their_network_and_nowhere_else()
    {
        await engine.Docker("network", "create", "front");
        await engine.Docker("network", "create", "--label", "x=y", "back");
        await engine.Docker("run", "-d", "--name", "server", "--network", "front", "--network-alias", "web", "busybox", "sh", "-c", "echo found > /index.html; httpd -f -h /");
        await engine.Docker("run", "-d", "--name", "stranger", "--network", "back", "busybox", "sleep", "1000");
        Assert.Equal("found\n", await engine.Docker("run", "--rm", "--network", "front", "busybox", "wget", "-qO-", "http://server/index.html"));
        Assert.Equal("found\n", await engine.Docker("run", "--rm", "--network", "front", "busybox", "wget", "-qO-", "http://web/index.html"));
        Assert.NotEqual(0, (await engine.TryDocker("exec", "stranger", "nslookup", "server")).ExitCode);
        var address = (await engine.Docker("inspect", "server", "--format", "{{.NetworkSettings.Networks.front.IPAddress}}")).Trim();
        Assert.NotEqual(0, (await engine.TryDocker("exec", "stranger", "ping", "-c1", "-W1", address)).ExitCode);
        Assert.NotEqual(0, (await engine.TryDocker("run", "--rm", "busybox", "ping", "-c1", "-W1", address)).ExitCode);

        // Connected it has an interface more, and finds whoever is there.
        await engine.Docker("network", "connect", "front", "stranger");
        Assert.Equal("found\n", await engine.Docker("exec", "stranger", "wget", "-qO-", $"http://{address}/index.html"));
        Assert.Equal(3, (await engine.Docker("exec", "stranger", "sh", "-c", "ip -4 addr | grep inet")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("network front has active endpoints", (await engine.TryDocker("network", "rm", "front")).Error, StringComparison.Ordinal);
        await engine.Docker("network", "disconnect", "front", "stranger");
        Assert.NotEqual(0, (await engine.TryDocker("exec", "stranger", "ping", "-c1", "-W1", address)).ExitCode);
        await engine.Docker("rm", "-f", "server", "stranger");
        Assert.Equal("back\n", await engine.Docker("network", "ls", "--filter", "label=x", "--format", "{{.Name}}"));
        await engine.Docker("network", "prune", "-f");
        Assert.DoesNotContain("back", await engine.Docker("network", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Network_with_ipv6_gives_addresses_of_both_families_and_names_with_both()
    {
        Assert.SkipUnless(Tripod.Linux.Networking.Inet6.IsPresent(), "this machine has no IPv6");
        await engine.Docker("network", "create", "--ipv6", "--subnet", "2001:db8:5e:7::/64", "six");
        Assert.Contains("\"2001:db8:5e:7::/64\"", await engine.Docker("network", "inspect", "six", "--format", "{{.EnableIPv6}} {{json .IPAM.Config}}"), StringComparison.Ordinal);
        await engine.Docker("run", "-d", "--name", "six-server", "--network", "six", "--ip6", "2001:db8:5e:7::99", "busybox", "sh", "-c", "echo found > /index.html; httpd -f -h /");
        Assert.Equal("2001:db8:5e:7::99 64 2001:db8:5e:7::1\n", await engine.Docker("inspect", "six-server", "--format", "{{with .NetworkSettings.Networks.six}}{{.GlobalIPv6Address}} {{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}"));
        Assert.Equal("found\n", await engine.Docker("run", "--rm", "--network", "six", "busybox", "wget", "-qO-", "http://[2001:db8:5e:7::99]/index.html"));
        Assert.Contains("2001:db8:5e:7::99", await engine.Docker("run", "--rm", "--network", "six", "busybox", "nslookup", "-type=aaaa", "six-server"), StringComparison.Ordinal);
        Assert.Contains("add --ipv6", (await engine.TryDocker("network", "create", "--subnet", "fd77::/64", "no-six")).Error, StringComparison.Ordinal);

        // Docker's own default bridge has none.
        Assert.Equal("false\n", await engine.Docker("network", "inspect", "bridge", "--format", "{{.EnableIPv6}}"));
        await engine.Docker("rm", "-f", "six-server");
        await engine.Docker("network", "rm", "six");
    }

    [Fact]
    public async Task Subnet_address_and_reach_are_as_asked_for()
    {
        await engine.Docker("network", "create", "--subnet", "10.251.3.0/24", "--gateway", "10.251.3.9", "--ip-range", "10.251.3.128/25", "given");
        await engine.Docker("run", "-d", "--name", "fixed", "--network", "given", "--ip", "10.251.3.7", "busybox", "sleep", "1000");
        Assert.Contains("10.251.3.7/24", await engine.Docker("exec", "fixed", "ip", "addr"), StringComparison.Ordinal);
        Assert.Contains("10.251.3.128", await engine.Docker("run", "--rm", "--network", "given", "busybox", "ip", "addr"), StringComparison.Ordinal);
        Assert.Contains("Pool overlaps", (await engine.TryDocker("network", "create", "--subnet", "10.251.3.0/25", "late")).Error, StringComparison.Ordinal);
        Assert.Contains("network with name given already exists", (await engine.TryDocker("network", "create", "given")).Error, StringComparison.Ordinal);
        Assert.Contains("network nowhere not found", (await engine.TryDocker("run", "--rm", "--network", "nowhere", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("is a pre-defined network and cannot be removed", (await engine.TryDocker("network", "rm", "bridge")).Error, StringComparison.Ordinal);
        await engine.Docker("network", "create", "--internal", "inside");
        Assert.DoesNotContain("default", await engine.Docker("run", "--rm", "--network", "inside", "busybox", "ip", "route"), StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "fixed");
        await engine.Docker("network", "rm", "given", "inside");
    }

    [Fact]
    public async Task Host_port_and_way_out_follow_to_the_next_network()
    {
        var port = Engine.FreePort();
        await engine.Docker("network", "create", "first");
        await engine.Docker("network", "create", "second");
        await engine.Docker("run", "-d", "--name", "moving", "--network", "first", "-p", string.Create(CultureInfo.InvariantCulture, $"{port}:80"), "busybox", "sh", "-c", "echo here > /index.html; httpd -f -h /");
        await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "here\n", "it answers", TimeSpan.FromSeconds(5));
        await engine.Docker("network", "connect", "second", "moving");
        await engine.Docker("network", "disconnect", "first", "moving");
        Assert.Equal("here\n", await Engine.Http(port, "/index.html"));
        Assert.Contains("default via", await engine.Docker("exec", "moving", "ip", "route"), StringComparison.Ordinal);
        await engine.Docker("network", "disconnect", "second", "moving");
        Assert.Equal("", await engine.Docker("exec", "moving", "ip", "route"));
        await engine.Docker("network", "connect", "first", "moving");
        Assert.Equal("here\n", await Engine.Http(port, "/index.html"));
        await engine.Docker("rm", "-f", "moving");
        await engine.Docker("network", "rm", "first", "second");
    }

    [Fact]
    public async Task Networks_outlive_the_engine()
    {
        await using var own = await Engine.Start();
        await own.Docker("network", "create", "lasting");
        var port = Engine.FreePort().ToString(CultureInfo.InvariantCulture);
        await own.Docker("run", "-d", "--name", "server", "--network", "lasting", "-p", $"{port}:80", "busybox", "sh", "-c", "echo found > /index.html; httpd -f -h /");
        await own.Kill();
        await own.Launch();
        Assert.Equal("found\n", await own.Docker("run", "--rm", "--network", "lasting", "busybox", "wget", "-qO-", "http://server/index.html"));
        Assert.Equal("found\n", await Engine.Http(int.Parse(port, CultureInfo.InvariantCulture), "/index.html"));
        await own.Docker("rm", "-f", "server");
        await own.Docker("network", "rm", "lasting");
    }

    [Fact]
    public async Task Volume_keeps_what_is_in_it_and_takes_over_the_images_content()
    {
        await engine.Docker("volume", "create", "--label", "a=b", "kept");
        await engine.Docker("run", "--rm", "-v", "kept:/etc/kept", "busybox", "sh", "-c", "echo on > /etc/kept/file");
        Assert.Equal("on\n", await engine.Docker("run", "--rm", "-v", "kept:/data:ro", "busybox", "sh", "-c", "cat /data/file; touch /data/x 2>/dev/null || true"));
        Assert.Contains("root:", await engine.Docker("run", "--rm", "-v", "filled:/etc", "busybox", "cat", "/etc/passwd"), StringComparison.Ordinal);
        Assert.Equal("", await engine.Docker("run", "--rm", "--mount", "type=volume,src=empty,dst=/etc,volume-nocopy", "busybox", "sh", "-c", "cat /etc/passwd 2>/dev/null || true"));
        await engine.Docker("create", "--name", "user", "-v", "kept:/data", "-v", "/anonymous", "busybox");
        Assert.Contains("volume is in use", (await engine.TryDocker("volume", "rm", "kept")).Error, StringComparison.Ordinal);
        var anonymous = (await engine.Docker("inspect", "user", "--format", "{{range .Mounts}}{{.Name}} {{end}}")).Split(' ').Single(name => name.Length == 64);
        await engine.Docker("rm", "-v", "user");
        Assert.DoesNotContain(anonymous, await engine.Docker("volume", "ls", "-q"), StringComparison.Ordinal);
        Assert.Equal("kept\n", await engine.Docker("volume", "ls", "-q", "--filter", "label=a"));
        Assert.Contains("bind source path does not exist", (await engine.TryDocker("run", "--rm", "--mount", "type=bind,src=/no/such/path,dst=/x", "busybox")).Error, StringComparison.Ordinal);
        await engine.Docker("volume", "prune", "-af");
        Assert.Equal("", await engine.Docker("volume", "ls", "-q"));
    }
}
