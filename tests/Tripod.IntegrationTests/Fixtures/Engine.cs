using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>
/// A real <c>tripod serve</c> with its own root, run, name, ports and addresses, so that it disturbs neither a user's
/// engine nor another test's. It can be killed and started again; when it is disposed of nothing of it may be left.
/// </summary>
public sealed class Engine : IAsyncDisposable
{
    private static int count;

    private readonly string podCidr;
    private readonly StringBuilder log = new();
    private Process? process;
    private bool ownsStateMount;
    private string registries = "";
    private IReadOnlyList<string> options = [];

    private Engine(int number, RegistryServer registry)
    {
        Registry = registry;
        Name = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId % 100000}x{number}");
        Root = Directory.CreateTempSubdirectory($"tripod-{Name}-").FullName;
        Run = Directory.CreateDirectory($"/run/tripod-test-{Name}").FullName;
        KubernetesPort = FreePort();
        podCidr = FreeCidr(number);
    }

    public string Name { get; }
    public string Root { get; }
    public string Run { get; }
    public int KubernetesPort { get; }
    public string Manifests => Path.Combine(Root, "manifests");
    public string Kubeconfig => Path.Combine(Root, "kubeconfig");
    public RegistryServer Registry { get; }

    public int Pid => process?.Id ?? 0;

    /// <summary>What the engine has written so far; shown when a test fails.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>With further options of <c>tripod serve</c>.</summary>
    public static Task<Engine> StartWith(params string[] options) => Start(null, options, []);

    /// <summary>With further lines of config.yaml.</summary>
    public static Task<Engine> Configured(string settings, int? stateMegabytes = null) => Start(stateMegabytes, [], [], settings);

    /// <summary>For the next launch.</summary>
    /// <remarks>What is networked by plugins is so by the test's own: a machine may have some, as podman's.</remarks>
    public Task Configure(string settings) =>
        File.WriteAllTextAsync(Path.Combine(Root, "config.yaml"), $"cniConfDir: {CniFolder}\n{registries}{settings}\n");

    /// <summary>Where this engine looks for a CNI configuration.</summary>
    public string CniFolder => Path.Combine(Root, "net.d");

    /// <summary>Starts a registry with busybox in it and an engine that has it as docker.io's mirror; waits until it is ready.</summary>
    /// <param name="stateMegabytes">The size of the file system that the engine's state has for itself; null: it is on the machine's.</param>
    /// <param name="mirrored">Further registries that the test's own stands in for.</param>
    public static Task<Engine> Start(int? stateMegabytes = null, params string[] mirrored) => Start(stateMegabytes, [], mirrored);

    private static async Task<Engine> Start(int? stateMegabytes, IReadOnlyList<string> options, string[] mirrored, string settings = "")
    {
        var registry = await RegistryServer.Start();
        await registry.Push(await TestImages.Busybox(), "library/busybox:latest");
        var engine = new Engine(Interlocked.Increment(ref count), registry) { options = options };
        engine.registries = $"registries:\n{string.Concat(mirrored.Prepend("docker.io").Select(host => $"  - host: {host}\n    mirrors: [\"{registry.Url}\"]\n"))}";
        await engine.Configure(settings);
        if (stateMegabytes is { } size)
        {
            engine.ownsStateMount = true;
            var state = Directory.CreateDirectory(Path.Combine(engine.Root, "state")).FullName;
            await Command.Run("mount", "-t", "tmpfs", "-o", $"size={size}m", "tmpfs", state);
        }

        await engine.Launch();
        return engine;
    }

    public async Task Launch()
    {
        process = Process.Start(new ProcessStartInfo(TripodProgram,
        [
            "serve", "--root", Path.Combine(Root, "state"), "--run", Run, "--name", Name, "--kubeconfig", Kubeconfig,
            "--config", Path.Combine(Root, "config.yaml"), "--node-name", "testnode",
            "--listen-kubernetes", $"127.0.0.1:{KubernetesPort}", "--docker-socket", Path.Combine(Run, "docker.sock"),
            "--cri-socket", Path.Combine(Run, "cri.sock"), "--static-pod-path", Manifests,
            "--pod-cidr", podCidr, .. options,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually(
            async () => process.HasExited ? throw new InvalidOperationException($"the engine has ended: {Log}") : (await TryKubectl("get", "--raw", "/readyz")).ExitCode == 0,
            "the engine is ready", TimeSpan.FromSeconds(60));
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <exception cref="InvalidOperationException">kubectl ended with another code than 0.</exception>
    public async Task<string> Kubectl(params string[] arguments)
    {
        var done = await TryKubectl(arguments);
        return done.ExitCode == 0
            ? done.Output
            : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: exit code {done.ExitCode}: {done.Error}{done.Output}");
    }

    public Task<Command> TryKubectl(params string[] arguments) => TryKubectlOf("kubectl", arguments);

    public Task<Command> TryKubectlOf(string program, params string[] arguments) =>
        Command.Try([program, "--kubeconfig", Kubeconfig, .. arguments]);

    public string DockerSocket => Path.Combine(Run, "docker.sock");

    /// <summary>The real docker CLI.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public Task<string> Docker(params string[] arguments) => Command.Run(["docker", "--host", $"unix://{DockerSocket}", .. arguments]);

    public Task<Command> TryDocker(params string[] arguments) => Command.Try(["docker", "--host", $"unix://{DockerSocket}", .. arguments]);

    /// <summary>A line of shell in which <c>docker</c> means this engine.</summary>
    public Task<Command> DockerShell(string line) => Command.Try("timeout", "60", "env", $"DOCKER_HOST=unix://{DockerSocket}", "sh", "-c", line);

    /// <summary>Writes the manifest to a file and applies it with the real kubectl.</summary>
    public async Task<string> Apply(string manifest)
    {
        var path = Path.Combine(Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, manifest);
        return await Kubectl("apply", "-f", path);
    }

    public async Task<JsonNode> Get(string resource, string name) =>
        JsonNode.Parse(await Kubectl("get", resource, name, "-o", "json"))!;

    public Task WaitReady(string pod, int seconds = 30) =>
        Kubectl("wait", "--for=condition=Ready", $"pod/{pod}", $"--timeout={seconds}s");

    /// <summary>Waits, by a watch, until the pod's document meets the condition.</summary>
    public async Task<JsonNode> Until(string pod, Func<JsonNode, bool> met, string what, int seconds = 30)
    {
        JsonNode? last = null;
        try
        {
            await Eventually(async () => met(last = await Get("pod", pod)), what, TimeSpan.FromSeconds(seconds));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"waited {seconds} s until {what}; the pod is: {last?["status"]?.ToJsonString()}\n{Log}");
        }

        return last!;
    }

    /// <summary>The messages of a pod's events, oldest first, as <c>Reason: message</c>.</summary>
    public async Task<IReadOnlyList<string>> Events(string pod)
    {
        var events = JsonNode.Parse(await Kubectl("get", "events", "--field-selector", $"involvedObject.name={pod}", "-o", "json"))!;
        return [.. events["items"]!.AsArray()
            .OrderBy(item => (string?)item!["metadata"]!["name"], StringComparer.Ordinal)
            .Select(item => $"{item!["reason"]}: {item["message"]}")];
    }

    /// <summary>Asks again until the answer is yes; for what happens outside any API that could be watched.</summary>
    public static async Task Eventually(Func<Task<bool>> holds, string what, TimeSpan limit)
    {
        var begun = Stopwatch.StartNew();
        while (!await holds())
        {
            if (begun.Elapsed > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds} s until {what}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>GETs a path on a host port; null where nothing answers.</summary>
    public static async Task<string?> Http(int port, string path = "/", string host = "127.0.0.1")
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            return await client.GetStringAsync(new Uri($"http://{host}:{port}{path}"));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Other suites may run beside this one.</summary>
    private static string FreeCidr(int number)
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses).Select(address => address.Address.ToString()).ToList();
        return Enumerable.Range(0, 50)
            .Select(step => string.Create(CultureInfo.InvariantCulture, $"10.{200 + ((Environment.ProcessId + step) % 50)}.{number}."))
            .First(start => !taken.Exists(address => address.StartsWith(start, StringComparison.Ordinal))) + "0/24";
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Everything on the machine that bears this engine's name or lies below its directories.</summary>
    public async Task<IReadOnlyList<string>> Leftovers() =>
    [
        .. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(Root, StringComparison.Ordinal) || line.Contains(Run, StringComparison.Ordinal)).Select(line => $"mount {line}"),
        .. Directory.EnumerateDirectories("/sys/fs/cgroup", $"*{Name}*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).Select(path => $"cgroup {path}"),
        .. (await Command.Run("nft", "list", "tables")).Split('\n').Where(line => line.EndsWith($" {Name}", StringComparison.Ordinal)).Select(line => $"nft {line}"),
        .. (await Command.Run("ip", "-o", "link")).Split('\n').Where(line => line.Contains($"{Name}0", StringComparison.Ordinal)).Select(line => $"link {line}"),
        .. (await Command.Run("ps", "-eo", "pid,args")).Split('\n').Where(line => line.Contains(Run, StringComparison.Ordinal) || line.Contains(Root, StringComparison.Ordinal)).Select(line => $"process {line}"),
    ];

    public async ValueTask DisposeAsync()
    {
        if (process is { } running)
        {
            try
            {
                await Command.Try(TripodProgram, "down", "--run", Run, "--root", Path.Combine(Root, "state"), "--name", Name);
                if (!running.HasExited)
                {
                    running.Kill();
                }
            }
            catch (InvalidOperationException)
            {
                // Killed by the test and never launched again.
            }
        }

        if (ownsStateMount)
        {
            await Command.Run("umount", Path.Combine(Root, "state"));
        }

        var left = await Leftovers();
        await Registry.DisposeAsync();
        Directory.Delete(Root, recursive: true);
        Directory.Delete(Run, recursive: true);
        Assert.True(left.Count == 0, $"down left behind: {string.Join('\n', left)}\n{Log}");
    }

    public static string TripodProgram => Path.Combine(AppContext.BaseDirectory, "tripod");

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (log)
        {
            log.AppendLine(line.Data);
        }
    }
}
