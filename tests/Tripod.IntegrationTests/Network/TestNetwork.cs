using System.Diagnostics;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

/// <summary>An engine's network under a name and a CIDR of its own, and the pods a test puts on it.</summary>
public sealed class TestNetwork : IDisposable
{
    private readonly List<TestPod> pods = [];

    /// <param name="inet6">Written behind the IPv4 network: an IPv6 network, or <c>none</c>; null: the engine chooses.</param>
    public TestNetwork(string? inet6 = null)
    {
        var random = Random.Shared;
        Options = new RuntimeOptions
        {
            Root = "/nonexistent",
            Run = "/nonexistent",
            Name = $"tn{random.Next(0x1000000):x6}",
            PodCidr = $"10.{random.Next(150, 250)}.{random.Next(256)}.0/24" + (inet6 is null ? "" : $",{inet6}"),
        };
        Network = PodNetwork.Open(Options);
    }

    public RuntimeOptions Options { get; }

    public PodNetwork Network { get; private set; }

    public string Bridge => Options.Name + "0";

    /// <summary>A port that nothing on this machine has, below those the kernel gives to connections.</summary>
    public static int FreePort() => Random.Shared.Next(20000, 32000);

    public TestPod Start(params PortMapping[] ports)
    {
        var pod = new TestPod(Network);
        pods.Add(pod);
        pod.Attach(ports);
        return pod;
    }

    /// <summary>As a new engine process would, without any clean-up by the old one.</summary>
    public void Reopen() => Network = PodNetwork.Open(Options);

    public void Dispose()
    {
        pods.ForEach(static pod => pod.Dispose());
        Network.Close();
    }

    public static string Sh(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}: {error.GetAwaiter().GetResult()}");
        return output;
    }
}
