using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod install</c>: this build as a service of the machine, as the package does it, below a prefix of its own. Can be done again, as an upgrade.</summary>
internal static class InstallVerb
{
    public static Command Create()
    {
        var prefix = new Option<string>("--prefix") { Description = "where the program goes", DefaultValueFactory = _ => InstalledFiles.UsualPrefix };
        var verb = new Command("install", "install this build as a service that starts with the machine; again: upgrade it, which disturbs no container\n\n  sudo tripod install\n  sudo tripod uninstall") { prefix };
        verb.SetAction(async (parsed, _) =>
        {
            Require();
            var files = new InstalledFiles(Path.GetFullPath(parsed.GetRequiredValue(prefix)));
            files.Write();
            await InstalledUnit.SystemctlAsync(["daemon-reload"]).ConfigureAwait(false);
            await InstalledUnit.SystemctlAsync(["enable", "--quiet", .. InstalledUnit.Sockets, InstalledUnit.Service]).ConfigureAwait(false);
            await InstalledUnit.SystemctlAsync(["start", .. InstalledUnit.Sockets]).ConfigureAwait(false);
            await InstalledUnit.SystemctlAsync(["restart", InstalledUnit.Service]).ConfigureAwait(false);
            Console.WriteLine($"tripod is installed in {files.Program} and runs as {InstalledUnit.Service}; its configuration is {InstalledFiles.Config}");
            return 0;
        });
        return verb;
    }

    /// <exception cref="CommandFailure">This machine or this user cannot, or the package has done it.</exception>
    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandFailure("that takes root: run it with sudo");
        }

        if (!Directory.Exists("/run/systemd/system"))
        {
            throw new CommandFailure("systemd does not run here: start the engine by tripod up, or by whatever starts services on this machine");
        }

        if (File.Exists("/var/lib/dpkg/info/tripod.list") && File.Exists("/usr/lib/tripod/tripod"))
        {
            throw new CommandFailure("the Debian package tripod is installed: apt upgrades and removes it");
        }
    }
}
