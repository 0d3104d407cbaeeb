using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Host;

/// <summary>What the Debian package holds; that it installs, upgrades and goes away again is seen by <c>make test-v2</c>.</summary>
public sealed class PackageTests
{
    [Fact]
    public async Task Package_holds_program_units_configuration_manual_and_completions_and_is_sound()
    {
        var folder = Directory.CreateTempSubdirectory("tripod-deb-").FullName;
        try
        {
            // This build in the place of the release, which takes minutes to make: the package is put together the same way.
            foreach (var (name, target) in (IReadOnlyList<(string, string)>)
                [("tripod", Engine.TripodProgram), ("pause", Path.Combine(AppContext.BaseDirectory, "pause")), ("libe_sqlite3.so", Directory.EnumerateFiles(AppContext.BaseDirectory, "libe_sqlite3.so", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First())])
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), target);
            }

            await Command.Run(Path.Combine(SourceTree.Root, "build/deb.sh"), folder, folder);
            var package = Directory.GetFiles(folder, "*.deb").Single();
            var listed = (await Command.Run("dpkg-deb", "--contents", package)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var files = listed.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[5]).ToList();
            Assert.Superset(
                new HashSet<string>
                {
                    "./usr/bin/tripod", "./usr/lib/tripod/tripod", "./usr/lib/tripod/pause", "./usr/lib/tripod/libe_sqlite3.so", "./etc/tripod/config.yaml",
                    "./lib/systemd/system/tripod.service", "./lib/systemd/system/tripod-kubernetes.socket", "./lib/systemd/system/tripod-docker.socket", "./lib/systemd/system/tripod-cri.socket",
                    "./usr/share/man/man8/tripod.8.gz", "./usr/share/bash-completion/completions/tripod", "./usr/share/zsh/vendor-completions/_tripod",
                    "./usr/share/fish/vendor_completions.d/tripod.fish", "./usr/share/doc/tripod/copyright", "./usr/share/doc/tripod/changelog.gz",
                },
                files.ToHashSet());
            Assert.All(listed, line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
            Assert.All(listed.Where(line => line[0] != 'l'), line => Assert.Matches("^[d-]rw[x-]r-[x-]r-[x-] ", line));
            Assert.DoesNotContain(files, file => file.StartsWith("./usr/local", StringComparison.Ordinal) || file.StartsWith("./run", StringComparison.Ordinal) || file.StartsWith("./var", StringComparison.Ordinal));
            Assert.Contains((await Command.Run("dpkg-deb", "--field", package, "Architecture")).Trim(), (string[])["amd64", "arm64"]);
            Assert.Contains("conmon", await Command.Run("dpkg-deb", "--field", package, "Depends"), StringComparison.Ordinal);

            var control = Directory.CreateDirectory(Path.Combine(folder, "control")).FullName;
            var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
            await Command.Run("dpkg-deb", "--control", package, control);
            await Command.Run("dpkg-deb", "--extract", package, data);
            Assert.Equal("/etc/tripod/config.yaml\n", await File.ReadAllTextAsync(Path.Combine(control, "conffiles")));
            foreach (var script in (string[])["postinst", "prerm", "postrm"])
            {
                await Command.Run("sh", "-n", Path.Combine(control, script));
            }

            Assert.Equal(0, (await Command.Try("sh", "-c", $"cd {data} && md5sum --quiet --check {control}/md5sums")).ExitCode);
            Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(data, "usr/share/bash-completion/completions/tripod")));
            var service = await File.ReadAllTextAsync(Path.Combine(data, "lib/systemd/system/tripod.service"));
            Assert.All((string[])["Type=notify", "Delegate=yes", "KillMode=process", "Restart=on-failure", "ExecStart=/usr/bin/tripod serve"], line => Assert.Contains($"\n{line}\n", service, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
