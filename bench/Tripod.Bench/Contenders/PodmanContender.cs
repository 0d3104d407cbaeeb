namespace Tripod.Bench.Contenders;

/// <summary><c>podman kube play</c> of the same pod, with storage of its own.</summary>
internal sealed class PodmanContender : IContender
{
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-bench-podman-").FullName;

    public string Name => "podman";

    public static async Task<PodmanContender> Open(string image)
    {
        var podman = new PodmanContender();
        await podman.Podman("load", "--quiet", "--input", image);
        return podman;
    }

    public async Task Start(string pod, int hostPort)
    {
        var manifest = Path.Combine(folder, $"{pod}.json");
        await File.WriteAllTextAsync(manifest, PodManifest.Json(pod, hostPort));
        await Podman("kube", "play", "--quiet", manifest);
    }

    public Task Delete(string pod) => Podman("pod", "rm", "--force", "--time", "0", pod);

    public IReadOnlyList<int> Overhead() =>
        [.. Processes.All().Where(process => process.CommandLine.Contains(folder, StringComparison.Ordinal) || process.CommandLine.StartsWith("/catatonit", StringComparison.Ordinal)).Select(process => process.Pid)];

    public async ValueTask DisposeAsync()
    {
        await Podman("pod", "rm", "--force", "--time", "0", "--all");
        await Podman("system", "reset", "--force");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task Podman(params string[] arguments) =>
        Shell.Run("podman", ["--root", Path.Combine(folder, "root"), "--runroot", Path.Combine(folder, "run"), "--cgroup-manager", "cgroupfs", .. arguments]);
}
