using Tripod.Linux.Processes;

namespace Tripod.Client;

/// <summary>The engine as a service of this machine, where the package or <c>tripod install</c> has put its units.</summary>
internal static class InstalledUnit
{
    public const string Service = "tripod.service", UsualRun = "/run/tripod";

    /// <summary>The sockets are open before the engine is, and while it is started anew.</summary>
    public static readonly IReadOnlyList<string> Sockets = ["tripod-kubernetes.socket", "tripod-docker.socket", "tripod-cri.socket"];

    private static readonly string[] Folders = ["/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    /// <summary>Whether systemd is what starts the engine of that RUN here.</summary>
    public static bool IsFor(string run) => run == UsualRun && Directory.Exists("/run/systemd/system") && Folders.Any(folder => File.Exists(Path.Combine(folder, Service)));

    /// <summary>Complete when the engine is ready.</summary>
    /// <exception cref="CommandFailure">It does not start; the message says where to read why.</exception>
    public static Task StartAsync() => SystemctlAsync(["start", .. Sockets, Service]);

    /// <summary>Containers go on. The sockets too, as the next client would start the engine again by them.</summary>
    public static Task StopAsync() => SystemctlAsync(["stop", .. Sockets, Service]);

    public static async Task SystemctlAsync(IReadOnlyList<string> arguments)
    {
        var (code, error) = await ChildProcess.Run(new() { Command = ["systemctl", .. arguments] }).ConfigureAwait(false);
        if (code != 0)
        {
            throw new CommandFailure($"systemctl {string.Join(' ', arguments)}: {error.Trim()}; journalctl -u tripod -n 20 shows the engine's own words");
        }
    }
}
