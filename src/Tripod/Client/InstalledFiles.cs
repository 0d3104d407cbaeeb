using System.Reflection;
using Tripod.Linux;
using Tripod.Linux.FileSystem;

namespace Tripod.Client;

/// <summary>The files that make this build a service of the machine: those of the Debian package, below another prefix.</summary>
internal sealed class InstalledFiles(string prefix)
{
    public const string UsualPrefix = "/usr/local", Config = "/etc/tripod/config.yaml";

    private const string Units = "/etc/systemd/system";
    private const UnixFileMode Everybody = (UnixFileMode)0x1ED, Readable = (UnixFileMode)0x1A4; // 0755, 0644

    private static readonly string[] StateDirectories = ["/var/lib/tripod", "/run/tripod", "/etc/tripod"];

    /// <summary>The directory of the program, with what stands beside it.</summary>
    public string Program => Path.Combine(prefix, "lib/tripod");

    private string Link => Path.Combine(prefix, "bin/tripod");

    private string Manual => Path.Combine(prefix, "share/man/man8/tripod.8");

    /// <summary>Where each shell looks for what others have installed, and for which.</summary>
    private IReadOnlyList<(string Shell, string Path)> Completions =>
    [
        ("bash", Path.Combine(prefix, "share/bash-completion/completions/tripod")),
        ("zsh", Path.Combine(prefix, "share/zsh/site-functions/_tripod")),
        ("fish", Path.Combine(prefix, "share/fish/vendor_completions.d/tripod.fish")),
    ];

    private static IReadOnlyList<string> UnitFiles => [.. InstalledUnit.Sockets, InstalledUnit.Service];

    public void Write()
    {
        CopyProgram();
        Directory.CreateDirectory(Path.GetDirectoryName(Link)!);
        File.Delete(Link);
        File.CreateSymbolicLink(Link, Path.Combine(Program, "tripod"));
        foreach (var unit in UnitFiles)
        {
            Put(Path.Combine(Units, unit), Packaged(unit).Replace("/usr/bin/tripod", Link, StringComparison.Ordinal));
        }

        Put(Manual, Packaged("tripod.8"));
        foreach (var (shell, path) in Completions)
        {
            Put(path, CompletionScripts.Of(shell) + "\n");
        }

        if (!File.Exists(Config))
        {
            Put(Config, Packaged("config.yaml"));
        }
    }

    public void Remove()
    {
        foreach (var file in UnitFiles.Select(unit => Path.Combine(Units, unit)).Concat(Completions.Select(completion => completion.Path)).Append(Manual).Append(Link).Where(Path.Exists))
        {
            File.Delete(file);
        }

        if (Directory.Exists(Program))
        {
            TreeRemoval.Remove(Program);
        }
    }

    /// <exception cref="CommandFailure">Something is mounted there, which would be deleted with it.</exception>
    public static void RemoveState()
    {
        foreach (var directory in StateDirectories.Where(Directory.Exists))
        {
            if (Mounts.Below(directory).Any())
            {
                throw new CommandFailure($"something is still mounted below {directory}: unmount it, and delete {directory} by hand");
            }

            TreeRemoval.Remove(directory);
        }
    }

    /// <summary>Into a directory beside, which then takes the place of the old one: the program that runs keeps its files.</summary>
    private void CopyProgram()
    {
        var source = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        if (source == Program)
        {
            return;
        }

        var (made, old) = (Program + ".new", Program + ".old");
        foreach (var left in (string[])[made, old])
        {
            if (Directory.Exists(left))
            {
                TreeRemoval.Remove(left);
            }
        }

        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(made, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!, Everybody);
            File.Copy(file, target);
        }

        if (Directory.Exists(Program))
        {
            Directory.Move(Program, old);
        }

        Directory.Move(made, Program);
        if (Directory.Exists(old))
        {
            TreeRemoval.Remove(old);
        }
    }

    private static string Packaged(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"package/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Everybody);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, Readable);
    }
}
