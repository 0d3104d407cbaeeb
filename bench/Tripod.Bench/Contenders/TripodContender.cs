using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Tripod.Bench.Contenders;

/// <summary>An engine of its own, asked through the Kubernetes API.</summary>
internal sealed partial class TripodContender : IContender
{
    private const string Engine = "tbench";
    private readonly string run = $"/run/tripod-bench-{Environment.ProcessId}";
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-bench-").FullName;
    private readonly int port = Ports.Free();
    private readonly string program;
    private Process? process;
    private HttpClient? api;

    private TripodContender(string program) => this.program = program;

    public string Name => "tripod";

    public int EnginePid => process!.Id;

    public string CriSocket => Path.Combine(run, "cri.sock");

    public string Kubeconfig => Path.Combine(folder, "kubeconfig");

    public static async Task<TripodContender> Open(string program, string image)
    {
        var opened = new TripodContender(program);
        await opened.Launch();
        await Shell.Run(program, ["load", "--run", opened.run, "--input", image]);
        return opened;
    }

    public async Task Start(string pod, int hostPort)
    {
        using var body = new StringContent(PodManifest.Json(pod, hostPort), Encoding.UTF8, "application/json");
        using var answer = await api!.PostAsync(new Uri("/api/v1/namespaces/default/pods", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    public async Task Delete(string pod)
    {
        var path = new Uri($"/api/v1/namespaces/default/pods/{pod}?gracePeriodSeconds=0&propagationPolicy=Background", UriKind.Relative);
        using (var answer = await api!.DeleteAsync(path))
        {
            answer.EnsureSuccessStatusCode();
        }

        while (true)
        {
            using var found = await api.GetAsync(new Uri($"/api/v1/namespaces/default/pods/{pod}", UriKind.Relative));
            if (found.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                return;
            }

            await Task.Delay(1);
        }
    }

    /// <summary>Pods that only are there; returns when all run.</summary>
    public async Task StartSmall(int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(async index =>
        {
            using var body = new StringContent(PodManifest.Small(string.Create(CultureInfo.InvariantCulture, $"small{index}")), Encoding.UTF8, "application/json");
            using var answer = await api!.PostAsync(new Uri("/api/v1/namespaces/default/pods", UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
        }));
        await UntilReady();
    }

    public Task UntilReady() => Shell.Run("kubectl", ["--kubeconfig", Kubeconfig, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=120s"]);

    public Task DeleteAll() => Shell.Run("kubectl", ["--kubeconfig", Kubeconfig, "delete", "pod", "--all", "--grace-period=0", "--force", "--timeout=60s"]);

    public async Task List()
    {
        using var answer = await api!.GetAsync(new Uri("/api/v1/namespaces/default/pods?limit=500", UriKind.Relative));
        _ = await answer.Content.ReadAsByteArrayAsync();
    }

    public async Task Post(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await api!.PostAsync(new Uri(path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public async Task Patch(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/merge-patch+json");
        using var answer = await api!.PatchAsync(new Uri(path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public async Task Get(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await api!.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        _ = await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>At which a watch may begin now.</summary>
    public async Task<string> Revision()
    {
        var list = await api!.GetStringAsync(new Uri("/api/v1/namespaces?limit=1", UriKind.Relative));
        return ListRevision().Match(list).Groups[1].Value;
    }

    /// <summary>With connections of its own.</summary>
    public HttpClient NewClient() => Client(File.ReadAllText(Kubeconfig));

    /// <summary>pause and conmon of every container.</summary>
    public IReadOnlyList<int> Overhead() =>
        [.. Processes.All().Where(process => process.CommandLine.Contains(run, StringComparison.Ordinal) && process.Pid != EnginePid
            || process.CommandLine.StartsWith("/pause", StringComparison.Ordinal)).Select(process => process.Pid)];

    public async ValueTask DisposeAsync()
    {
        api?.Dispose();
        await Shell.Run(program, ["down", "--root", Path.Combine(folder, "state"), "--run", run, "--name", Engine]);
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
        Directory.Delete(run, recursive: true);
    }

    private async Task Launch()
    {
        Directory.CreateDirectory(run);
        // Its own network is measured, not the plugins of others on this machine, as podman's.
        await File.WriteAllTextAsync(Path.Combine(folder, "config.yaml"), "cni: off\n");
        process = Process.Start(new ProcessStartInfo(program,
        [
            "serve", "--root", Path.Combine(folder, "state"), "--run", run, "--name", Engine, "--kubeconfig", Kubeconfig,
            "--config", Path.Combine(folder, "config.yaml"), "--listen-kubernetes", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
            "--docker-socket", Path.Combine(run, "docker.sock"), "--pod-cidr", "10.197.0.0/16",
        ])
        { RedirectStandardError = true })!;
        var log = new StringBuilder();
        process.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(20); await Task.Delay(20))
        {
            if (File.Exists(Kubeconfig) && await Answers())
            {
                return;
            }
        }

        throw new InvalidOperationException($"the engine did not become ready:\n{log}");
    }

    private async Task<bool> Answers()
    {
        api ??= Client(await File.ReadAllTextAsync(Kubeconfig));
        try
        {
            using var answer = await api.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private HttpClient Client(string kubeconfig)
    {
        string Data(Regex field) => Encoding.ASCII.GetString(Convert.FromBase64String(field.Match(kubeconfig).Groups[1].Value));
        var certificate = X509Certificate2.CreateFromPem(Data(ClientCertificate()), Data(ClientKey()));
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [certificate],
                RemoteCertificateValidationCallback = (_, _, _, _) => true, // our own process, on the loopback
            },
        })
        { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}")) };
    }

    [GeneratedRegex("\"metadata\":{\"resourceVersion\":\"([0-9]+)\"")]
    private static partial Regex ListRevision();

    [GeneratedRegex("client-certificate-data: *\"?([A-Za-z0-9+/=]+)")]
    private static partial Regex ClientCertificate();

    [GeneratedRegex("client-key-data: *\"?([A-Za-z0-9+/=]+)")]
    private static partial Regex ClientKey();
}
