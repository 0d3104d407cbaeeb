using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>A Debian package unpacked, not installed: its services stay off. Kept between runs in a cache directory.</summary>
public static class DebianPackage
{
    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Shared by all test runs on this machine; what stands in it can be deleted at any time between runs.</summary>
    public static string Cache { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("TRIPOD_TEST_CACHE") ?? "/var/cache/tripod-tests").FullName;

    /// <returns>The directory that holds the package's files (<c>bin/…</c>, <c>usr/…</c>).</returns>
    public static async Task<string> Unpack(string package)
    {
        var target = Path.Combine(Cache, package);
        await Gate.WaitAsync();
        try
        {
            if (Directory.Exists(target))
            {
                return target;
            }

            var work = Directory.CreateDirectory($"{target}.{Environment.ProcessId}.tmp").FullName;
            try
            {
                await Fetch(work, package);
                var tree = Path.Combine(work, "tree");
                await Command.Run("dpkg", "-x", Directory.GetFiles(work, "*.deb").Single(), tree);
                try
                {
                    Directory.Move(tree, target);
                }
                catch (IOException) when (Directory.Exists(target))
                {
                    // Another test run was quicker; the same files are there.
                }
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }

            return target;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task Fetch(string directory, string package)
    {
        if ((await Command.TryIn(directory, "apt-get", "download", package)).ExitCode != 0)
        {
            await Command.Run("apt-get", "update");
            var second = await Command.TryIn(directory, "apt-get", "download", package);
            Assert.True(second.ExitCode == 0, $"apt-get download {package}: {second.Error}");
        }
    }
}
