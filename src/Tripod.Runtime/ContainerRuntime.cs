using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Logs.Rotation;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Tripod.Runtime.Users;
using Tripod.Store;

namespace Tripod.Runtime;

/// <summary>
/// Everything the runtime can be asked, in CRI's verbs. Each is idempotent and cancellable: a verb that was cut off
/// is asked again and finds what its half-done predecessor left. Called by the pod engine and the doors.
/// </summary>
public sealed class ContainerRuntime : IAsyncDisposable
{
    private readonly RecordStore records;
    private readonly RuntimeParts parts;
    private readonly NetworkServices network;
    private readonly LogRotation rotation;
    private readonly CancellationTokenSource closing = new();
    private readonly Task review;
    private int disposed;

    private ContainerRuntime(RecordStore records, RuntimeParts parts, NetworkServices network)
    {
        (this.records, this.parts, this.network) = (records, parts, network);
        review = new PluggedSandbox(parts).ReviewAsync(closing.Token);
        rotation = new(parts);
    }

    public ImageService Images => parts.Images;

    public Volumes.VolumeStore Volumes => parts.Volumes;

    public Network.Bridges.UserNetworks Networks => parts.Networks;

    /// <summary>Puts a container of no pod on a network, at once where it runs; empty: the pods' bridge.</summary>
    public Task ConnectNetwork(string containerId, Network.Bridges.NetworkAttachment wish, CancellationToken cancel) => Said(() => new ConnectNetwork(parts).ConnectAsync(containerId, wish, cancel), "connect network");

    public Task DisconnectNetwork(string containerId, string networkId, CancellationToken cancel) => Said(() => new ConnectNetwork(parts).DisconnectAsync(containerId, networkId, cancel), "disconnect network");

    /// <summary>Others on its networks find it by the new name from now on.</summary>
    public void RenameContainer(string containerId, string name) => parts.Table.Change(parts.Table.Get(containerId), known => known with { Config = known.Config with { Name = name } });

    /// <summary>Fills an empty volume with what a container's root file system has at the place where it is mounted.</summary>
    public void FillVolume(string name, string containerId, string path) => parts.Volumes.Fill(name, parts.Paths.Rootfs(containerId), path);

    /// <summary>The bridge's own address.</summary>
    public string Gateway => parts.Network.Gateway;

    /// <summary>Its IPv6 address; null where pods have IPv4 alone.</summary>
    public string? Gateway6 => parts.Network.Gateway6;

    /// <summary>What pods on the bridge get their IPv6 addresses from; null where they have IPv4 alone.</summary>
    public string? PodCidr6 => parts.Network.Range.Range6?.ToString();

    /// <summary>What pods and containers on the bridge get their addresses from.</summary>
    public string PodCidr => parts.Network.Range.Range.ToString();

    /// <summary>Who makes cgroups here.</summary>
    public Cgroups.CgroupDriver CgroupDriver => parts.Cgroups.Driver;

    public string BridgeName => parts.Network.Range.Bridge;

    /// <summary>Of the network that the bridge is in.</summary>
    public int PrefixLength => parts.Network.PrefixLength;

    /// <summary>The hardware address of an interface that has the IPv4 address.</summary>
    public static string MacOf(string address) => string.Join(':', InterfaceNames.Mac(System.Net.IPAddress.Parse(address)).Select(part => part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>
    /// The address at which pods reach this machine's API, with the names of a cluster's (kubernetes.default.svc …): its
    /// port 443 leads to <paramref name="port"/> of the same address. Null where there is none to be had.
    /// </summary>
    public string? OpenApiService(int port)
    {
        var address = parts.Network.OpenService(port);
        foreach (var name in address is null ? [] : (string[])["kubernetes.default.svc.cluster.local", "kubernetes.default.svc", "kubernetes.default", "kubernetes"])
        {
            parts.Resolver?.Names.Set(name, IPAddress.Parse(address!));
        }

        return address;
    }

    /// <summary>What on this machine stands between pods and the outside, as sentences for a user; empty when nothing does.</summary>
    public IReadOnlyList<string> Obstacles() => parts.Network.Obstacles();

    /// <summary>The same as of the last change of the machine's rules; costs nothing to ask.</summary>
    public IReadOnlyList<string> KnownObstacles => parts.Network.KnownObstacles;

    /// <summary>Opens the state below the options' paths and finds the containers that are already running.</summary>
    public static async Task<ContainerRuntime> OpenAsync(RuntimeOptions options, TimeProvider clock, CancellationToken cancel, ILogger? log = null)
    {
        Directory.CreateDirectory(options.Root, (UnixFileMode)0x1C9); // 0711
        Directory.CreateDirectory(options.Run, (UnixFileMode)0x1ED); // 0755
        // The kernel tells mount points without links.
        options = options with { Root = Links.Resolve(options.Root), Run = Links.Resolve(options.Run) };
        // What is refused is refused before anything is mounted.
        var network = PodNetwork.Open(options);
        Mounts.ShareSubtree(options.Root);
        Mounts.ShareSubtree(options.Run);
        var records = RecordStore.Open(Path.Combine(options.Root, "runtime.db"));
        var images = ImageService.Open(options, records, clock);
        var parts = new RuntimeParts(options, records, images, network, clock, log ?? NullLogger.Instance);
        images.IsInUse = id => parts.Table.All.Any(entry => entry.Record.ImageId == id || entry.Record.Config.VolumeImages.Contains(id));
        parts.Ends.Open();
        if (await AppArmor.LoadDefaultAsync().ConfigureAwait(false) is { } why)
        {
            LogMessages.NotConfined(parts.Log, why);
        }

        await parts.Networks.OpenAsync(cancel).ConfigureAwait(false);
        await new Reattach(parts).RunAsync(cancel).ConfigureAwait(false);
        // After the records: a pause of an older version that still runs is kept.
        images.AddBuiltIn(options.PauseImage, await File.ReadAllBytesAsync(options.PausePath, cancel).ConfigureAwait(false), "pause", new() { Entrypoint = ["/pause"], User = "65535:65535" });
        var pause = images.Find(options.PauseImage)!;
        parts.UserNamespaceProblem = await UserNamespaceSupport.FindProblem(images.LayerDirectories(pause.Id)[0], pause.Config.Entrypoint, images.LayerDirectories(pause.Id)[0]).ConfigureAwait(false);
        return new(records, parts, await NetworkServices.StartAsync(parts, cancel).ConfigureAwait(false));
    }

    /// <summary>Why sandboxes that CNI plugins network cannot be run now; empty when they can, or the engine's own network is meant.</summary>
    public Task<string> PluginProblem(CancellationToken cancel) => parts.Plugins.ProblemAsync(cancel);

    /// <summary>Whether new sandboxes that may are networked by CNI plugins.</summary>
    public bool UsesPlugins => parts.Plugins.IsUsed;

    /// <summary>Where a kubelet wants its pods' addresses from: told to CNI plugins that ask.</summary>
    public string PluginPodCidr
    {
        get => parts.Plugins.PodCidr;
        set => parts.Plugins.PodCidr = value;
    }

    // sandboxes
    public Task<SandboxStatus> RunPodSandbox(SandboxConfig config, CancellationToken cancel) => Starting(() => Said(() => new RunSandbox(parts).RunAsync(config, cancel), "run sandbox"));

    public Task StopPodSandbox(string sandboxId, CancellationToken cancel) => Said(() => new StopSandbox(parts).RunAsync(sandboxId, cancel), "stop sandbox");

    public Task RemovePodSandbox(string sandboxId, CancellationToken cancel) => Said(() => new RemoveSandbox(parts).RunAsync(sandboxId, cancel), "remove sandbox");

    public SandboxStatus? PodSandboxStatus(string sandboxId) => parts.Table.Find(sandboxId)?.Record is { IsPause: true } pause ? pause.ToSandboxStatus() : null;

    public IReadOnlyList<SandboxStatus> ListPodSandboxes() => [.. parts.Table.All.Where(entry => entry.Record.IsPause).Select(entry => entry.Record.ToSandboxStatus())];

    // containers
    public Task<string> CreateContainer(string? sandboxId, ContainerConfig config, CancellationToken cancel, string? id = null) =>
        Starting(() => Said(() => new CreateContainer(parts).RunAsync(sandboxId, config, id, cancel), "create container"));

    /// <summary>The OCI runtimes that a sandbox may ask for by name.</summary>
    public IReadOnlyList<string> Handlers => Oci.RuntimeHandlers.Of(parts.Options);

    /// <summary>Whether this machine has an OCI runtime of that name or path.</summary>
    public static bool HasRuntimeHandler(string handler) => Oci.OciRuntime.Locate(handler) is not null;

    /// <summary>An id for a container that is written down before it is made.</summary>
    public static string NewContainerId() => Containers.CreateContainer.NewId();

    public Task StartContainer(string containerId, CancellationToken cancel) => Starting(() => Said(
        async () =>
        {
            await new StartContainer(parts).RunAsync(containerId, cancel).ConfigureAwait(false);
            return true;
        },
        "start container"));

    /// <summary>The stop signal, then after the grace period SIGKILL to the container's whole cgroup. A second call with a shorter grace cuts the first short.</summary>
    public Task StopContainer(string containerId, TimeSpan grace, CancellationToken cancel, int? signal = null) => Said(() => new StopContainer(parts).RunAsync(containerId, grace, cancel, signal), "stop container");

    /// <summary>To the container's first process; a signal that ends it ends the container.</summary>
    public void SignalContainer(string containerId, int signal) => new SignalContainer(parts).Run(containerId, signal);

    /// <summary>Holds all of the container's processes still (freezer).</summary>
    public Task PauseContainer(string containerId, CancellationToken cancel) => Said(() => new PauseContainer(parts).RunAsync(containerId, paused: true, cancel), "pause container");

    public Task UnpauseContainer(string containerId, CancellationToken cancel) => Said(() => new PauseContainer(parts).RunAsync(containerId, paused: false, cancel), "unpause container");

    /// <summary>A running container's memory and files as an archive at an absolute path (CRIU); it goes on.</summary>
    public Task CheckpointContainer(string containerId, string location, CancellationToken cancel) => Said(() => new CheckpointContainer(parts).RunAsync(containerId, location, cancel), "checkpoint container");

    /// <summary>The processes of a container by their pid on this machine; none of one that is gone.</summary>
    public IReadOnlyCollection<int> ContainerProcesses(string containerId) => parts.Table.Find(containerId) is { } entry ? parts.Cgroups.Processes(entry.Record.Cgroup) : [];

    /// <summary>One path of a container, running or not.</summary>
    public Containers.Files.PathStatus PathStatus(string containerId, string path) => new Containers.Files.ContainerPaths(parts).Status(containerId, path);

    /// <summary>What is at a path of a container, as a tar whose names begin with the path's own last name.</summary>
    public Task PackPath(string containerId, string path, Stream target, CancellationToken cancel) => Said(() => new Containers.Files.PackPath(parts).RunAsync(containerId, path, target, cancel), "copy from container");

    /// <summary>The container's writable layer as an image's layer.</summary>
    public Task PackLayer(string containerId, Stream target, CancellationToken cancel) =>
        Said(() => new Containers.Files.PackLayer(isLayer: true).RunAsync(ContainerFiles(containerId).Upper, target, cancel), "commit");

    /// <summary>All of the container's files, without what is mounted there.</summary>
    public Task PackRootfs(string containerId, Stream target, CancellationToken cancel) => Said(
        () =>
        {
            _ = PathStatus(containerId, "/");
            return new Containers.Files.PackLayer(isLayer: false).RunAsync(ContainerFiles(containerId).Rootfs, target, cancel);
        },
        "export");

    public IReadOnlyList<Containers.Files.PathChange> Changes(string containerId) => new Containers.Files.ListChanges(parts).Run(containerId);

    /// <summary>Unpacks a tar into a directory of a container; nothing in it leads out of the container.</summary>
    public Task UnpackPath(string containerId, string path, Stream tar, bool keepKinds, CancellationToken cancel) => Said(() => Task.Run(() => new Containers.Files.UnpackPath(parts).Run(containerId, path, tar, keepKinds, cancel), cancel), "copy to container");

    /// <summary>What ps(1) says with these arguments, of all the machine.</summary>
    public static Task<string> ListProcesses(IReadOnlyList<string> arguments) => ProcessListing.RunAsync(arguments);

    /// <summary>How much the file system holds that a path is on.</summary>
    public static (long Bytes, long Inodes, long FreeInodes) FileSystemOf(string path) => Linux.FileSystem.FileSystemSize.Of(path);

    /// <summary>Removes a directory with all that is in it, whatever its names and depths.</summary>
    public static void RemoveTree(string path) => Linux.FileSystem.TreeRemoval.Remove(path);

    /// <summary>What its cgroup has used so far; null where it has none, or is gone itself.</summary>
    public Cgroups.CgroupUsage? ContainerUsage(string containerId) => parts.Table.Find(containerId) is { } entry ? parts.Cgroups.Usage(entry.Record.Cgroup) : null;

    /// <summary>What only metrics ask for of it; null as with <see cref="ContainerUsage"/>.</summary>
    public Cgroups.CgroupDetail? ContainerDetail(string containerId) => parts.Table.Find(containerId) is { } entry ? parts.Cgroups.Detail(entry.Record.Cgroup) : null;

    /// <summary>The container's root file system on this machine, and its writable layer; whoever reads there resolves paths inside.</summary>
    public (string Rootfs, string Upper) ContainerFiles(string containerId) => (parts.Paths.Rootfs(containerId), parts.Paths.Upper(containerId));

    /// <summary>Bytes and entries that a container has written to its own root file system.</summary>
    public (long Bytes, long Inodes) ContainerWritten(string containerId) => Containers.Files.WrittenFiles.Measure(ContainerFiles(containerId).Upper);

    public Task RemoveContainer(string containerId, CancellationToken cancel) => Said(() => new RemoveContainer(parts).RunAsync(containerId, cancel), "remove container");

    /// <summary>Of pause as well, by its sandbox's id.</summary>
    public ContainerStatus? ContainerStatus(string containerId) => parts.Table.Find(containerId)?.Record.ToStatus();

    /// <summary>All but pause.</summary>
    public IReadOnlyList<ContainerStatus> ListContainers() => [.. parts.Table.All.Where(entry => !entry.Record.IsPause).Select(entry => entry.Record.ToStatus())];

    /// <summary>Pause containers as well, as <c>docker ps</c> shows them.</summary>
    public IReadOnlyList<ContainerStatus> ListAllContainers() => [.. parts.Table.All.Select(entry => entry.Record.ToStatus())];

    public Task UpdateContainerResources(string containerId, LinuxResources resources, CancellationToken cancel) => Said(() => new UpdateContainer(parts).RunAsync(containerId, resources, cancel), "update container");

    /// <summary>Limits of the cgroup that holds all of a sandbox's containers.</summary>
    public Task UpdatePodSandboxResources(string sandboxId, LinuxResources limits, CancellationToken cancel) => Said(() => new UpdateSandbox(parts).RunAsync(sandboxId, limits, cancel), "update sandbox");

    /// <summary>What all of a sandbox's containers have used so far; null where its cgroup is gone.</summary>
    public Cgroups.CgroupUsage? SandboxUsage(string sandboxId) => parts.Cgroups.Usage(UpdateSandbox.PodCgroup(parts.Table.Get(sandboxId).Record));

    /// <summary>Limits of a cgroup of several pods (<c>kubepods/burstable</c>), below the engine's own.</summary>
    /// <returns>False where it is not there: no pod is in it.</returns>
    public Task<bool> LimitCgroup(string path, LinuxResources limits) => parts.Cgroups.LimitAsync(parts.CgroupPaths.Below(path), limits);

    public Task ReopenContainerLog(string containerId, CancellationToken cancel) => new ReopenLog(parts).RunAsync(containerId, cancel);

    // streams
    public Task<IProcessStreams> Exec(string containerId, ExecConfig config, CancellationToken cancel) => Said(() => new ExecProcess(parts).RunAsync(containerId, config, cancel), "exec");

    /// <summary>Streams of the container's own process; disposing of them leaves it running.</summary>
    public Task<IProcessStreams> Attach(string containerId, CancellationToken cancel) => Said(() => new AttachStreams(parts).RunAsync(containerId, cancel), "attach");

    /// <summary>The same from the first byte of the next start on.</summary>
    public Task<IProcessStreams> AttachAtStart(string containerId, CancellationToken cancel) => Said(() => new AttachStreams(parts).AtStartAsync(containerId, cancel), "attach");

    /// <summary>Of the container's own terminal.</summary>
    public void ResizeContainer(string containerId, int columns, int rows) => new ResizeTerminal(parts).Run(containerId, columns, rows);

    /// <summary>Where the records of the levels above stand that look after containers.</summary>
    public RecordStore Records => records;

    /// <summary>A TCP connection to 127.0.0.1:port made inside the sandbox's network namespace.</summary>
    public Task<Stream> DialSandbox(string sandboxId, int port, CancellationToken cancel) => Said(() => new DialSandbox(parts).RunAsync(sandboxId, port, cancel), "dial");

    /// <summary>Shows a present image's files in a directory of the caller's, to be read only; whoever mounts it takes it away.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="directory">Made where it is missing.</param>
    /// <param name="sandboxId">Whose user namespace the files are shown for.</param>
    public void MountImage(string imageId, string directory, string sandboxId)
    {
        using var users = IdMappedMounts.UsersOf(Containers.CreateContainer.Sandbox(parts.Table, sandboxId));
        Runtime.Images.MountImage.Run(parts.Images.LayerDirectories(imageId), directory, users);
    }

    /// <summary>Why sandboxes cannot have user namespaces on this machine; null where they can.</summary>
    public string? UserNamespaceProblem => parts.UserNamespaceProblem;

    /// <summary>A TCP connection made inside the sandbox's network namespace, as one of its processes would make it.</summary>
    /// <exception cref="SocketException">Nothing answers there.</exception>
    public Task<Socket> ConnectFromSandbox(string sandboxId, IPEndPoint to, CancellationToken cancel) =>
        new ConnectFromSandbox(parts).RunAsync(sandboxId, to, cancel);

    /// <summary>Every start and end from now on, until cancelled. A reader that lags loses nothing but may see several at once.</summary>
    public IAsyncEnumerable<ContainerEvent> Events(CancellationToken cancel) => parts.Table.Events(cancel);

    /// <summary>Completes when the container's present run has ended; at once when it does not run.</summary>
    public Task WaitContainer(string containerId, CancellationToken cancel) =>
        parts.Table.Find(containerId) is { Record.State: ContainerState.Running } entry ? entry.Ended.Task.WaitAsync(cancel) : Task.CompletedTask;

    /// <summary>Stops everything and takes every mount, cgroup, rule and interface away; state on disk stays, and an engine that opens it again starts from there.</summary>
    public async Task ShutdownAsync(CancellationToken cancel)
    {
        // First of all: it would bring the rules back.
        await rotation.DisposeAsync().ConfigureAwait(false);
        await network.DisposeAsync().ConfigureAwait(false);
        await parts.Networks.DisposeAsync().ConfigureAwait(false);
        await new Shutdown(parts).RunAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Containers go on; the next engine finds them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await closing.CancelAsync().ConfigureAwait(false);
        await review.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
        parts.Plugins.Dispose();
        await network.DisposeAsync().ConfigureAwait(false);
        await parts.Networks.DisposeAsync().ConfigureAwait(false);
        parts.Ends.Dispose();
        parts.Images.Dispose();
        records.Dispose();
    }

    private async Task<T> Starting<T>(Func<Task<T>> verb)
    {
        using (parts.Moves.Expect())
        {
            return await verb().ConfigureAwait(false);
        }
    }

    private static Task Said(Func<Task> verb, string name) => Said(
        async () =>
        {
            await verb().ConfigureAwait(false);
            return true;
        },
        name);

    /// <summary>A fault of the kernel or the disk becomes the runtime's own, with the verb's name before it.</summary>
    private static async Task<T> Said<T>(Func<Task<T>> verb, string name)
    {
        try
        {
            return await verb().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or System.Data.Common.DbException or NftablesException)
        {
            throw fault is LinuxException { Errno: Errno.ENOSPC } || DiskFull.Is(fault)
                ? new RuntimeException(RuntimeErrorKind.ResourceExhausted, $"{name}: no space left on device: make room below the engine's root, for example by removing images ({fault.Message})", inner: fault)
                : new RuntimeException(RuntimeErrorKind.Internal, $"{name}: {fault.Message}", inner: fault);
        }
    }
}
