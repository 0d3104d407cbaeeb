using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl.Clients;

/// <summary>The official client library of JavaScript, from npm; <c>client.mjs</c> says what is done with it.</summary>
public sealed class JavaScriptClientTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Client = "@kubernetes/client-node@2.0.1";

    [Fact]
    public async Task Program_written_for_Kubernetes_runs_as_it_is()
    {
        var done = await NodePackages.Run(Client, "Kubectl/Clients/client.mjs", shared.Engine.Kubeconfig, "javascript");
        Assert.True(done.ExitCode == 0 && !done.Output.Contains("FAILED", StringComparison.Ordinal) && done.Output.EndsWith("ok end\n", StringComparison.Ordinal), $"{done.ExitCode}: {done.Output}{done.Error}");
    }
}
