using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.FrontDoors.Docker.Requests;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Docker;

/// <summary>The pure parts of a create request.</summary>
public sealed class RequestTests
{
    private static readonly CgroupFeatures Nothing = new(2, Swappiness: false, OomKillDisable: false, Realtime: false, BlockWeight: false);

    [Theory]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostPort":"8888"}]}}""", "tcp 80 8888-8888 ")]
    [InlineData("""{"PortBindings":{"53/udp":[{"HostIp":"127.0.0.1","HostPort":"5300-5310"}]}}""", "udp 53 5300-5310 127.0.0.1")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostPort":""}]}}""", "tcp 80 0-0 ")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"1"},{"HostIp":"::","HostPort":"1"}]}}""", "tcp 80 1-1 ")]
    [InlineData("""{"PublishAllPorts":true}""", "tcp 81 0-0 ")]
    public void Ports_are_published_as_asked(string host, string expected) =>
        Assert.Equal([expected], PortBindings.Of(Json(host), ["81/tcp"]).Select(port => $"{port.Protocol} {port.ContainerPort} {port.FirstHostPort}-{port.LastHostPort} {port.HostIp}"));

    [Theory]
    [InlineData("/host:/in", "bind /host /in rw")]
    [InlineData("/host:/in:ro,rslave", "bind /host /in ro")]
    [InlineData("name:/in", "volume name /in rw")]
    [InlineData("/in", "volume  /in rw")]
    public void Binds_are_read(string text, string expected)
    {
        var mount = Mounts.Bind(text);
        Assert.Equal(expected, $"{mount.Type} {mount.Source} {mount.Target} {(mount.ReadOnly ? "ro" : "rw")}");
    }

    [Theory]
    [InlineData("a:b:c:d")]
    [InlineData("/a:relative")]
    [InlineData("/a:/b:nonsense")]
    [InlineData("/a:/")]
    public void Binds_that_cannot_be_are_refused(string text) => Assert.Equal(400, Assert.Throws<DockerException>(() => Mounts.Bind(text)).Status);

    [Fact]
    public void Two_mounts_at_one_place_are_refused() =>
        Assert.Contains("Duplicate mount point: /x", Assert.Throws<DockerException>(() => Mounts.Of(Json("""{"Binds":["/a:/x"],"Tmpfs":{"/x":""}}"""), [], [], [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Limits_become_the_kernels()
    {
        List<string> warnings = [];
        var limits = Resources.Of(Json("""{"Memory":67108864,"NanoCpus":500000000,"PidsLimit":-1,"CpuShares":512}"""), Nothing, warnings);
        Assert.Equal(new LinuxResources { MemoryLimit = 64 << 20, MemorySwapLimit = 128 << 20, CpuPeriod = 100_000, CpuQuota = 50_000, CpuShares = 512, HugepageLimits = limits.HugepageLimits, DeviceRules = limits.DeviceRules, Unified = limits.Unified }, limits);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Limits_that_the_kernel_has_not_are_left_out_and_said()
    {
        List<string> warnings = [];
        var limits = Resources.Of(Json("""{"BlkioWeight":300,"MemorySwappiness":10,"OomKillDisable":true}"""), Nothing, warnings);
        Assert.Equal((null, null, false), (limits.BlockIo?.Weight is > 0 ? limits.BlockIo : null, limits.MemorySwappiness, limits.OomKillDisable));
        Assert.Equal(3, warnings.Count(warning => warning.Contains("discarded", StringComparison.Ordinal)));
        Assert.Contains("real-time", Assert.Throws<DockerException>(() => Resources.Of(Json("""{"CpuRealtimeRuntime":1}"""), Nothing, warnings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c 1:3 rwm", "c 1 3 rwm")]
    [InlineData("a *:* r", "a   r")]
    public void Device_rules_are_read(string text, string expected)
    {
        var rule = Assert.Single(Resources.Of(new JsonObject { ["DeviceCgroupRules"] = new JsonArray(text) }, Nothing, []).DeviceRules);
        Assert.Equal(expected, $"{rule.Type} {rule.Major} {rule.Minor} {rule.Access}");
    }

    [Fact]
    public void Who_names_endpoints_and_no_network_is_on_those_alone()
    {
        Assert.Equal(["one"], Attachments.Of("bridge", Json("""{"one":{}}"""), "", name => name).Select(wish => wish.NetworkId));
        Assert.Equal(["own", "one"], Attachments.Of("own", Json("""{"one":{}}"""), "", name => name).Select(wish => wish.NetworkId));
        Assert.Equal([""], Attachments.Of("bridge", [], "", name => name).Select(wish => wish.NetworkId));
    }

    [Fact]
    public void Health_check_of_the_request_stands_over_the_images()
    {
        var check = HealthChecks.Of(Json("""{"Test":["CMD-SHELL","own"],"Interval":2000000000}"""), Json("""{"Test":["CMD","image"],"Retries":9}"""), [])!;
        Assert.Equal("/bin/sh -c own 2 9", $"{string.Join(' ', check.Command)} {check.Interval.TotalSeconds} {check.Retries}");
        Assert.Null(HealthChecks.Of(Json("""{"Test":["NONE"]}"""), Json("""{"Test":["CMD","image"]}"""), []));
    }

    [Fact]
    public void Changes_of_a_commit_change_the_configuration()
    {
        var config = Json("""{"Env":["A=1","B=2"],"WorkingDir":"/srv"}""");
        ImageChanges.Apply(config, ["ENV A=3 C=\"x y\"", "CMD [\"run\",\"it\"]", "ENTRYPOINT plain words", "EXPOSE 80 53/udp", "WORKDIR below", "LABEL k=v"]);
        Assert.Equal(
            """{"Env":["B=2","A=3","C=x y"],"WorkingDir":"/srv/below","Cmd":["run","it"],"Entrypoint":["/bin/sh","-c","plain words"],"ExposedPorts":{"80/tcp":{},"53/udp":{}},"Labels":{"k":"v"}}""",
            config.ToJsonString());
        Assert.Contains("FROM is not a valid change command", Assert.Throws<DockerException>(() => ImageChanges.Apply(config, ["FROM x"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.2, "Less than a second")]
    [InlineData(59, "59 seconds")]
    [InlineData(90, "About a minute")]
    [InlineData(3600, "About an hour")]
    [InlineData(7200, "2 hours")]
    [InlineData(400000, "4 days")]
    public void Spans_read_as_dockers(double seconds, string expected) => Assert.Equal(expected, DockerTime.Human(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("500ms", 0.5)]
    public void Durations_are_read_as_go_writes_them(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), GoDuration.Parse(text));

    [Fact]
    public void Containers_of_pods_are_called_as_the_kubelet_called_them() => Assert.Equal(
        "k8s_nginx_ghost_default_u-1_2",
        PodContainerName.Of(new() { Name = "nginx", Image = "i", Attempt = 2, Labels = new Dictionary<string, string> { ["io.kubernetes.pod.name"] = "ghost", ["io.kubernetes.pod.namespace"] = "default", ["io.kubernetes.pod.uid"] = "u-1" } }));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
