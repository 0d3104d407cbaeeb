using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>What kubelets count on beyond the definition, as containerd and CRI-O have taught them.</summary>
public sealed class KubeletTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Labels_of_SELinux_are_no_hindrance_where_it_is_not_enabled()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var label = new SELinuxOption { Type = "spc_t", Level = "s0" };
        var pod = client.Pod("labelled");
        pod.Linux.SecurityContext.SelinuxOptions = label;
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.Linux.SecurityContext.SelinuxOptions = label;
        Assert.Equal("runs\n", await client.Exec(await client.Start(sandbox, pod, config), "echo", "runs"));
        await client.Remove(sandbox);
    }
}
