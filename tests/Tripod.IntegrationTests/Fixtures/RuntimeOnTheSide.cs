using System.Globalization;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>A runtime of its own in this process, with busybox in it; opened again it finds what it left, closed it must leave nothing.</summary>
public sealed class RuntimeOnTheSide : IAsyncDisposable
{
    private static int count;

    private readonly RuntimeOptions options;

    private RuntimeOnTheSide(RuntimeOptions options) => this.options = options;

    public ContainerRuntime Runtime { get; private set; } = null!;

    public string Root => options.Root;
    public string Run => options.Run;
    public string Name => options.Name;

    public static async Task<RuntimeOnTheSide> Open()
    {
        var number = Interlocked.Increment(ref count);
        var name = string.Create(CultureInfo.InvariantCulture, $"r{Environment.ProcessId % 100000}x{number}");
        var side = new RuntimeOnTheSide(new()
        {
            Name = name,
            Root = Directory.CreateTempSubdirectory($"tripod-{name}-").FullName,
            Run = Directory.CreateDirectory($"/run/tripod-test-{name}").FullName,
            PodCidr = string.Create(CultureInfo.InvariantCulture, $"10.{150 + (Environment.ProcessId % 50)}.{number}.0/24"),
        });
        await side.Reopen();
        await using var archive = File.OpenRead(await TestImages.Busybox());
        side.BusyboxId = (await side.Runtime.Images.Load(archive, CancellationToken.None)).Single().Id;
        return side;
    }

    public string BusyboxId { get; private set; } = "";

    /// <summary>As a new engine after the death of the last.</summary>
    public async Task Reopen()
    {
        await Close();
        Runtime = await ContainerRuntime.OpenAsync(options, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>The engine is gone; what it started goes on.</summary>
    public async Task Close()
    {
        if (Runtime is not null)
        {
            await Runtime.DisposeAsync();
            Runtime = null!;
        }
    }

    public Task<SandboxStatus> Sandbox(string uid = "u1", bool sharePid = false, params PortMapping[] ports) => Runtime.RunPodSandbox(
        new() { Name = "pod", Namespace = "default", Uid = uid, Hostname = "pod", SharePid = sharePid, Ports = ports, LogDirectory = Path.Combine(Root, "podlogs", uid) },
        CancellationToken.None);

    public async Task<string> Start(string? sandbox, string script, Func<ContainerConfig, ContainerConfig>? change = null, string name = "main")
    {
        var config = new ContainerConfig { Name = name, Image = BusyboxId, Command = ["sh", "-c", script], LogPath = $"{name}.log" };
        var id = await Runtime.CreateContainer(sandbox, change?.Invoke(config) ?? config, CancellationToken.None);
        await Runtime.StartContainer(id, CancellationToken.None);
        return id;
    }

    public async Task<ContainerStatus> Ended(string id)
    {
        await Runtime.WaitContainer(id, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return Runtime.ContainerStatus(id)!;
    }

    public async Task<string> Output(string id, params string[] command)
    {
        await using var streams = await Runtime.Exec(id, new() { Command = command }, CancellationToken.None);
        using var reader = new StreamReader(streams.Stdout!);
        var text = await reader.ReadToEndAsync();
        await streams.ExitCode;
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        await Runtime.ShutdownAsync(CancellationToken.None);
        await Runtime.DisposeAsync();
        var left = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(Run, StringComparison.Ordinal) || line.Contains(Root, StringComparison.Ordinal))
            .Concat(Directory.EnumerateDirectories("/sys/fs/cgroup", $"*{Name}*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
            .Concat((await Command.Run("nft", "list", "tables")).Split('\n').Where(line => line.EndsWith($" {Name}", StringComparison.Ordinal)))
            .ToList();
        Directory.Delete(Run, recursive: true);
        Directory.Delete(Root, recursive: true);
        Assert.Empty(left);
    }
}
