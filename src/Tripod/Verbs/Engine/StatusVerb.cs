using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Doctor;
using Tripod.Runtime;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod status</c>: whether the engine runs, where it is, what it has, and what stands in its way. Ends with 1 where none runs.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var options = new EngineOptions();
        var verb = new Command("status", "tell whether the engine runs, where it is and what it has; ends with 1 where none runs\n\n  sudo tripod status");
        options.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            var run = parsed.GetRequiredValue(options.Run);
            if (await options.FindAsync(parsed, cancel).ConfigureAwait(false) is not { } engine)
            {
                Console.WriteLine(EngineLock.Holder(run) is { } starting
                    ? $"the engine in {run} (pid {starting}) is not ready: its log is {RunningEngine.LogPath(run)}"
                    : $"no engine runs in {run}: sudo tripod up starts one");
                await ShowFindingsAsync(new() { Root = "/var/lib/tripod", Run = run }).ConfigureAwait(false);
                return ExitCodes.Failure;
            }

            Show("engine", $"runs (pid {engine.Pid}, {Memory(engine.Pid)}), log {engine.Log ?? RunningEngine.LogPath(run)}");
            Show("Kubernetes API", $"{engine.Kubernetes}, kubeconfig {engine.Kubeconfig}");
            Show("Docker API", $"unix://{engine.DockerSocket}");
            Show("state", $"{engine.Root}, pods in {engine.PodCidr}");
            using var kubernetes = new KubernetesApi(KubeconfigFile.Of(engine));
            using var docker = new DockerApi(engine.DockerSocket);
            await ShowObjectsAsync(kubernetes, cancel).ConfigureAwait(false);
            await ShowImagesAsync(docker, cancel).ConfigureAwait(false);
            await ShowFindingsAsync(new() { Root = engine.Root, Run = run }).ConfigureAwait(false);
            return 0;
        });
        return verb;
    }

    private static async Task ShowObjectsAsync(KubernetesApi kubernetes, CancellationToken cancel)
    {
        foreach (var node in (await kubernetes.GetAsync("/api/v1/nodes", cancel).ConfigureAwait(false))["items"]!.AsArray())
        {
            var ready = node!["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition?["type"] == "Ready");
            var address = node["status"]?["addresses"]?.AsArray().FirstOrDefault()?["address"];
            Show("node", $"{node["metadata"]!["name"]} ({address}), {((string?)ready?["status"] == "True" ? "ready" : $"not ready: {ready?["message"]}")}");
        }

        var pods = (await kubernetes.GetAsync("/api/v1/pods", cancel).ConfigureAwait(false))["items"]!.AsArray();
        var phases = pods.GroupBy(pod => (string?)pod!["status"]?["phase"] ?? "Pending").OrderBy(phase => phase.Key, StringComparer.Ordinal).Select(phase => $"{phase.Count()} {phase.Key}");
        var restarts = pods.Sum(pod => pod!["status"]?["containerStatuses"]?.AsArray().Sum(container => (int?)container?["restartCount"] ?? 0) ?? 0);
        Show("pods", pods.Count == 0 ? "none: tripod apply -f pod.yaml makes one" : string.Join(", ", phases) + (restarts > 0 ? $"; {restarts} restarts" : ""));
    }

    private static async Task ShowImagesAsync(DockerApi docker, CancellationToken cancel)
    {
        JsonNode info, images;
        try
        {
            (info, images) = (await docker.GetAsync("info", cancel).ConfigureAwait(false), await docker.GetAsync("images/json", cancel).ConfigureAwait(false));
        }
        catch (CommandFailure refused)
        {
            Show("images", refused.Message);
            return;
        }

        Show("images", string.Create(CultureInfo.InvariantCulture, $"{images.AsArray().Count}, {images.AsArray().Sum(image => (long)image!["Size"]!) / 1e6:0} MB"));
        foreach (var warning in info["Warnings"]?.AsArray() ?? [])
        {
            Show("in the way", ((string?)warning)?.Replace("WARNING: ", "", StringComparison.Ordinal) ?? "");
        }
    }

    /// <summary>What <c>tripod doctor</c> says at more length; foreign firewalls are told of by the engine itself.</summary>
    private static async Task ShowFindingsAsync(RuntimeOptions options)
    {
        var facts = await HostReader.ReadAsync(options, TimeProvider.System).ConfigureAwait(false);
        foreach (var finding in HostFindings.Of(facts with { Network = [], IsRoot = true }))
        {
            Show("in the way", $"{finding.Problem}: {finding.Remedy}");
        }
    }

    private static void Show(string what, string value) => Console.WriteLine($"{what + ":",-16}{value}");

    private static string Memory(int pid)
    {
        var line = File.Exists($"/proc/{pid}/status") ? File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) : null;
        return line is null ? "memory unknown" : string.Create(CultureInfo.InvariantCulture, $"{long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024} MiB");
    }
}
