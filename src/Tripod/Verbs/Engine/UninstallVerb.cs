using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod uninstall</c>: takes back what <c>tripod install</c> has put in place. The pods are stopped; their state stays unless it is to go too.</summary>
internal static class UninstallVerb
{
    public static Command Create()
    {
        var prefix = new Option<string>("--prefix") { Description = "where the program is", DefaultValueFactory = _ => InstalledFiles.UsualPrefix };
        var purge = new Option<bool>("--purge") { Description = "delete all state too: objects, images, volumes, configuration" };
        var verb = new Command("uninstall", "stop the service with all pods and take it away; --purge deletes the state too\n\n  sudo tripod uninstall\n  sudo tripod uninstall --purge") { prefix, purge };
        verb.SetAction(async (parsed, cancel) =>
        {
            InstallVerb.Require();
            var files = new InstalledFiles(Path.GetFullPath(parsed.GetRequiredValue(prefix)));
            if (InstalledUnit.IsFor(InstalledUnit.UsualRun))
            {
                await InstalledUnit.SystemctlAsync(["disable", "--quiet", .. InstalledUnit.Sockets, InstalledUnit.Service]).ConfigureAwait(false);
                await RootVerb.Create([]).Parse(["down"]).InvokeAsync(cancellationToken: cancel).ConfigureAwait(false);
            }

            files.Remove();
            await InstalledUnit.SystemctlAsync(["daemon-reload"]).ConfigureAwait(false);
            if (parsed.GetValue(purge))
            {
                InstalledFiles.RemoveState();
            }

            Console.WriteLine(parsed.GetValue(purge) ? "tripod is uninstalled, and its state deleted" : "tripod is uninstalled; its state stays in /var/lib/tripod");
            return 0;
        });
        return verb;
    }
}
