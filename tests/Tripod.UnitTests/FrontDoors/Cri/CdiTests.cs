using Tripod.FrontDoors.Cri.Devices;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Cri;

/// <summary>Devices by name, as vendors describe them.</summary>
public sealed class CdiTests : IDisposable
{
    private const string Whole = """
        cdiVersion: "0.6.0"
        kind: vendor.com/gpu
        containerEdits:
          env: [ALL=1]
        devices:
          - name: "0"
            containerEdits:
              env: ["GPU=zero=0"]
              deviceNodes: [{path: /dev/gpu0, hostPath: /dev/zero, permissions: r, uid: 7}, {path: /dev/made, type: c, major: 1, minor: 3, fileMode: 438}]
              mounts: [{hostPath: /usr/lib/vendor, containerPath: /opt/vendor, options: [ro, nosuid]}]
              hooks: [{hookName: createContainer, path: /usr/bin/hook, args: [hook, now], env: [A=b], timeout: 5}]
              additionalGids: [44]
          - name: "1"
            containerEdits: {env: [GPU=one]}
        """;

    private readonly string first = Directory.CreateTempSubdirectory("tripod-cdi-").FullName, second = Directory.CreateTempSubdirectory("tripod-cdi-").FullName;

    public void Dispose()
    {
        Directory.Delete(first, recursive: true);
        Directory.Delete(second, recursive: true);
    }

    [Theory]
    [InlineData("vendor.com/gpu=0", "vendor.com/gpu", "0")]
    [InlineData("a/b=all", "a/b", "all")]
    [InlineData("vendor.com/net-class=eth0:1", "vendor.com/net-class", "eth0:1")]
    public void Name_has_a_kind(string text, string kind, string name) => Assert.Equal(new CdiName(kind, name), CdiName.Parse(text));

    [Theory]
    [InlineData("gpu0")]
    [InlineData("vendor.com/gpu")]
    [InlineData("vendor.com/gpu=")]
    [InlineData("/gpu=0")]
    [InlineData("vendor.com/gp/u=0")]
    [InlineData("vendor.com/gpu=../0")]
    public void Name_that_is_none_is_refused(string text) => Assert.Contains(text, Assert.Throws<RuntimeException>(() => CdiName.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Annotations_name_devices_too_and_each_is_given_once() =>
        Assert.Equal("v/c=1 v/c=2 v/c=3", string.Join(' ', CdiName.Of(["v/c=1", "v/c=2"], [new("cdi.k8s.io/plugin_x", "v/c=2,v/c=3"), new("other", "v/c=9")])));

    [Fact]
    public void Container_gets_what_the_description_says_and_the_whole_kinds_edits_once()
    {
        File.WriteAllText(Path.Combine(first, "vendor.yaml"), Whole);
        var config = Folders().Apply(Plain(), CdiName.Of(["vendor.com/gpu=0", "vendor.com/gpu=1"], []));
        Assert.Equal("MINE=1 ALL=1 GPU=zero=0 GPU=one", string.Join(' ', config.Env.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(("/dev/zero", "/dev/gpu0", "r", 7u, 1001u), (config.Devices[0].HostPath, config.Devices[0].ContainerPath, config.Devices[0].Permissions, config.Devices[0].Node!.Uid, config.Devices[0].Node!.Gid));
        Assert.Equal(("c", 1u, 3u, 438u, 1000u, "rwm"), (config.Devices[1].Node!.Type, config.Devices[1].Node!.Major, config.Devices[1].Node!.Minor, config.Devices[1].Node!.Mode, config.Devices[1].Node!.Uid, config.Devices[1].Permissions));
        Assert.Equal("bind ro nosuid rbind", $"{config.Mounts[0].Written!.Type} {string.Join(' ', config.Mounts[0].Written!.Options)}");
        Assert.Equal("createContainer /usr/bin/hook hook now A=b 5", $"{config.Hooks[0].Stage} {config.Hooks[0].Path} {string.Join(' ', config.Hooks[0].Args)} {config.Hooks[0].Env[0]} {config.Hooks[0].Timeout}");
        Assert.Equal([44L], config.Security.SupplementalGroups);
    }

    [Fact]
    public void Later_folder_wins_and_two_in_one_folder_are_too_many()
    {
        File.WriteAllText(Path.Combine(first, "vendor.yaml"), Whole);
        File.WriteAllText(Path.Combine(second, "local.json"), """{"cdiVersion":"1.0.0","kind":"vendor.com/gpu","devices":[{"name":"1","containerEdits":{"env":["GPU=local"]}}]}""");
        Assert.Contains(Folders().Apply(Plain(), CdiName.Of(["vendor.com/gpu=1"], [])).Env, pair => pair.Value == "local");
        File.Copy(Path.Combine(second, "local.json"), Path.Combine(second, "again.json"));
        Assert.Contains("two descriptions have it", Assert.Throws<RuntimeException>(() => Folders().Apply(Plain(), CdiName.Of(["vendor.com/gpu=1"], []))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_that_nobody_describes_is_told_by_name_with_what_could_not_be_read()
    {
        File.WriteAllText(Path.Combine(first, "broken.json"), "{\"cdiVersion\":\"1.0.0\"}");
        var message = Assert.Throws<RuntimeException>(() => Folders().Apply(Plain(), CdiName.Of(["vendor.com/gpu=9"], []))).Message;
        Assert.StartsWith("unresolvable CDI devices vendor.com/gpu=9", message, StringComparison.Ordinal);
        Assert.Contains("broken.json: kind", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{cdiVersion: '9.9.9', kind: v/c, devices: []}", "cdiVersion 9.9.9 is not known")]
    [InlineData("{cdiVersion: '1.0.0', kind: v, devices: []}", "kind v")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, devices: [{name: a}, {name: a}]}", "there twice")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {intelRdt: {closID: x}}}", "intelRdt is not supported")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {netDevices: []}}", "netDevices is not supported")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {env: [X]}}", "env X")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {deviceNodes: [{path: dev/x}]}}", "path dev/x is no absolute path")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {deviceNodes: [{path: /dev/x, type: p}]}}", "type p is not supported")]
    [InlineData("{cdiVersion: '1.0.0', kind: v/c, containerEdits: {hooks: [{hookName: later, path: /x}]}}", "later is no hook")]
    [InlineData("[", "")]
    public void What_is_wrong_with_a_description_is_told(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<RuntimeException>(() => CdiSpec.Parse(text)).Message, StringComparison.Ordinal);

    private CdiFolders Folders() => new([first, second]);

    private static ContainerConfig Plain() => new() { Name = "c", Image = "i", Env = [new("MINE", "1")], Security = new() { RunAsUser = 1000, RunAsGroup = 1001 } };
}
