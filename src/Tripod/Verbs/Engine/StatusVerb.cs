using System.CommandLine;
using System.Globalization;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod status</c>: whether the engine runs, where it is, and what it has. Ends with 1 where none runs.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var options = new EngineOptions();
        var verb = new Command("status", "tell whether the engine runs, and what it has") { options.Run };
        verb.SetAction(async (parsed, cancel) =>
        {
            var run = parsed.GetRequiredValue(options.Run);
            if (await RunningEngine.FindAsync(run, cancel).ConfigureAwait(false) is not { } engine)
            {
                Console.WriteLine($"no engine runs in {run}: tripod up starts one");
                return 1;
            }

            using var kubernetes = new KubernetesApi(engine.Kubeconfig);
            var pods = (await kubernetes.GetAsync("/api/v1/pods", cancel).ConfigureAwait(false))["items"]!.AsArray();
            var phases = pods.GroupBy(pod => (string?)pod!["status"]?["phase"] ?? "Pending").Select(phase => $"{phase.Count()} {phase.Key}");
            using var docker = new DockerApi(engine.DockerSocket);
            var images = (await docker.GetAsync("images/json", cancel).ConfigureAwait(false)).AsArray();
            Show("engine", $"runs (pid {engine.Pid}, {Memory(engine.Pid)}), log {RunningEngine.LogPath(run)}");
            Show("Kubernetes API", $"{engine.Kubernetes}, kubeconfig {engine.Kubeconfig}");
            Show("Docker API", $"unix://{engine.DockerSocket}");
            Show("state", $"{engine.Root}, pods in {engine.PodCidr}");
            Show("pods", pods.Count == 0 ? "none: tripod apply -f pod.yaml makes one" : string.Join(", ", phases));
            Show("images", string.Create(CultureInfo.InvariantCulture, $"{images.Count}, {images.Sum(image => (long)image!["Size"]!) / 1e6:0} MB"));
            return 0;
        });
        return verb;
    }

    private static void Show(string what, string value) => Console.WriteLine($"{what + ":",-16}{value}");

    private static string Memory(int pid)
    {
        var line = File.Exists($"/proc/{pid}/status") ? File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) : null;
        return line is null ? "memory unknown" : string.Create(CultureInfo.InvariantCulture, $"{long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024} MiB");
    }
}
