using System.Text;
using System.Threading.Channels;
using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Containers;

/// <summary>
/// The runtime level alone, in the test's own process, with paths, name and addresses of its own and busybox loaded.
/// When it is disposed of everything is taken down, and nothing of it may be left on the machine.
/// </summary>
public sealed class TestRuntime : IAsyncDisposable
{
    private readonly CancellationTokenSource closing = new();
    private readonly string logs;
    private int pods;

    private TestRuntime(RuntimeOptions options)
    {
        Options = options;
        logs = Path.Combine(options.Root, "podlogs");
    }

    public RuntimeOptions Options { get; }

    /// <summary>The image's id, the same in every runtime.</summary>
    public static string Busybox { get; private set; } = "";

    public ContainerRuntime Runtime { get; private set; } = null!;

    public static async Task<TestRuntime> Open(Func<RuntimeOptions, RuntimeOptions>? change = null)
    {
        var name = $"tr{Random.Shared.Next(0x1000000):x6}";
        var options = new RuntimeOptions
        {
            Root = Directory.CreateTempSubdirectory($"tripod-{name}-").FullName,
            Run = $"/run/tripod-{name}",
            Name = name,
            PodCidr = $"10.{Random.Shared.Next(150, 250)}.{Random.Shared.Next(256)}.0/24",
        };
        var opened = new TestRuntime(change?.Invoke(options) ?? options);
        try
        {
            await opened.Reopen();
        }
        catch
        {
            foreach (var directory in (string[])[options.Root, options.Run])
            {
                Linux.Mounts.UnshareSubtree(directory);
                Directory.Delete(directory, recursive: true);
            }

            throw;
        }

        await using var archive = File.OpenRead(await TestImages.Busybox());
        Busybox = (await opened.Runtime.Images.Load(archive, CancellationToken.None)).Single().Id;
        return opened;
    }

    /// <summary>As an engine that was killed and came back; what <paramref name="meanwhile"/> does happens while none runs.</summary>
    public async Task Reopen(Func<Task>? meanwhile = null)
    {
        if (Runtime is not null)
        {
            await Runtime.DisposeAsync();
        }

        if (meanwhile is not null)
        {
            await meanwhile();
        }

        Runtime = await ContainerRuntime.OpenAsync(Options, TimeProvider.System, CancellationToken.None);
    }

    public SandboxConfig Pod(Func<SandboxConfig, SandboxConfig>? change = null)
    {
        var name = $"pod{Interlocked.Increment(ref pods)}";
        var config = new SandboxConfig
        {
            Name = name,
            Namespace = "default",
            Uid = Guid.NewGuid().ToString(),
            Hostname = name,
            LogDirectory = Path.Combine(logs, name),
        };
        return change?.Invoke(config) ?? config;
    }

    public async Task<SandboxStatus> RunPod(Func<SandboxConfig, SandboxConfig>? change = null) =>
        await Runtime.RunPodSandbox(Pod(change), CancellationToken.None);

    /// <summary>A container of busybox that runs a line of shell.</summary>
    public static ContainerConfig Shell(string name, string line, Func<ContainerConfig, ContainerConfig>? change = null)
    {
        var config = new ContainerConfig { Name = name, Image = Busybox, Command = ["sh", "-c", line], LogPath = $"{name}.log" };
        return change?.Invoke(config) ?? config;
    }

    public async Task<string> Start(string? sandbox, ContainerConfig config)
    {
        var id = await Runtime.CreateContainer(sandbox, config, CancellationToken.None);
        await Runtime.StartContainer(id, CancellationToken.None);
        return id;
    }

    /// <summary>Runs a line of shell in a pod to its end.</summary>
    /// <returns>How it ended, and what it wrote to both streams.</returns>
    public async Task<(ContainerStatus Status, string Output)> Sh(string? sandbox, string line, Func<ContainerConfig, ContainerConfig>? change = null)
    {
        var id = await Start(sandbox, Shell($"sh{Guid.NewGuid():n}", line, change));
        await Ended(id);
        return (Status(id), Output(id));
    }

    public Task Ended(string container, int seconds = 20) =>
        Runtime.WaitContainer(container, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(seconds));

    public ContainerStatus Status(string container) =>
        Runtime.ContainerStatus(container) ?? throw new InvalidOperationException($"no container {container}");

    /// <summary>The log without its CRI prefixes (<c>time stream P|F text</c>).</summary>
    public string Output(string container)
    {
        var text = new StringBuilder();
        foreach (var line in File.ReadLines(Status(container).LogPath))
        {
            var parts = line.Split(' ', 4);
            text.Append(parts[3]).Append(parts[2] == "F" ? "\n" : "");
        }

        return text.ToString();
    }

    /// <summary>Waits until the container has written the text.</summary>
    public Task Says(string container, string text) => Engine.Eventually(
        () => Task.FromResult(File.Exists(Status(container).LogPath) && Output(container).Contains(text, StringComparison.Ordinal)),
        $"container {container} says {text}", TimeSpan.FromSeconds(20));

    /// <summary>The events from now on.</summary>
    public ChannelReader<ContainerEvent> Events()
    {
        var channel = Channel.CreateUnbounded<ContainerEvent>();
        var events = Runtime.Events(closing.Token);
        _ = Task.Run(async () =>
        {
            await foreach (var happened in events)
            {
                channel.Writer.TryWrite(happened);
            }
        });
        return channel.Reader;
    }

    /// <summary>The directories of a cgroup in all hierarchies.</summary>
    public static IReadOnlyList<string> Cgroups(string name) =>
        [.. Directory.EnumerateDirectories("/sys/fs/cgroup", name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 6 })];

    /// <summary>Everything on the machine that bears a container's id, or the engine's name when none is given.</summary>
    public async Task<IReadOnlyList<string>> Leftovers(string? id = null)
    {
        var mark = id ?? Options.Name;
        var network = id is null ? Options.Name : id[..10];
        return
        [
            .. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(mark, StringComparison.Ordinal)).Select(line => $"mount {line}"),
            .. Cgroups($"*{mark}*").Select(path => $"cgroup {path}"),
            .. (await Command.Run("nft", "list", "ruleset")).Split('\n').Where(line => line.Contains(network, StringComparison.Ordinal)).Select(line => $"nft {line}"),
            .. (await Command.Run("ip", "-o", "link")).Split('\n').Where(line => line.Contains(network, StringComparison.Ordinal)).Select(line => $"link {line}"),
            .. (await Command.Run("ps", "-eo", "pid,args")).Split('\n').Where(line => line.Contains(mark, StringComparison.Ordinal)).Select(line => $"process {line}"),
            .. id is null ? [] : Directory.EnumerateFileSystemEntries(Options.Run, $"*{mark}*", SearchOption.AllDirectories).Select(path => $"path {path}"),
            .. id is null ? [] : Directory.EnumerateFileSystemEntries(Path.Combine(Options.Root, "containers"), $"*{mark}*").Select(path => $"path {path}"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Runtime.ShutdownAsync(CancellationToken.None);
        await Runtime.DisposeAsync();
        var left = await Leftovers();
        Directory.Delete(Options.Root, recursive: true);
        Directory.Delete(Options.Run, recursive: true);
        closing.Dispose();
        Assert.True(left.Count == 0, $"shutdown left behind: {string.Join('\n', left)}");
    }
}
