using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>Debian's docker-compose, unpacked with the Python packages that it needs; nothing is installed.</summary>
public static class ComposeProgram
{
    private const string Python = "/usr/bin/python3";

    private static readonly string[] Packages =
    [
        "docker-compose", "python3-docker", "python3-dockerpty", "python3-websocket", "python3-docopt", "python3-texttable", "python3-jsonschema", "python3-dotenv", "python3-yaml",
        "python3-distutils", "python3-lib2to3", "python3-requests", "python3-urllib3", "python3-attr", "python3-pyrsistent", "python3-idna", "python3-certifi", "python3-chardet",
        "python3-charset-normalizer", "python3-six", "python3-distro", "python3-click", "python3-setuptools", "python3-pkg-resources",
    ];

    /// <returns>The command line to put arguments after.</returns>
    public static async Task<IReadOnlyList<string>> Unpack()
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not there: apt-get install python3 lets this test run");
        var trees = new List<string>();
        foreach (var package in Packages)
        {
            trees.Add(await DebianPackage.Unpack(package));
        }

        return ["env", $"PYTHONPATH={string.Join(':', trees.Select(tree => Path.Combine(tree, "usr/lib/python3/dist-packages")))}", "timeout", "90", Python, Path.Combine(trees[0], "usr/bin/docker-compose")];
    }
}
