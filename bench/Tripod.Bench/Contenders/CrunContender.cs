namespace Tripod.Bench.Contenders;

/// <summary>crun three times, with <c>ip</c> and <c>nft</c> for the network, by a script: what a pod costs that nobody looks after.</summary>
internal sealed class CrunContender : IContender
{
    private readonly string script;
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-bench-crun-").FullName;

    private CrunContender(string script) => this.script = script;

    public string Name => "crun by a script";

    public static async Task<CrunContender> Open(string script, string rootfs)
    {
        var crun = new CrunContender(script);
        await Shell.Run(script, ["open", crun.folder, rootfs]);
        return crun;
    }

    public Task Start(string pod, int hostPort) => Shell.Run(script, ["start", folder, pod, $"{hostPort}"]);

    public Task Delete(string pod) => Shell.Run(script, ["delete", folder, pod]);

    public IReadOnlyList<int> Overhead() => [];

    public async ValueTask DisposeAsync()
    {
        await Shell.Run(script, ["close", folder]);
        Directory.Delete(folder, recursive: true);
    }
}
