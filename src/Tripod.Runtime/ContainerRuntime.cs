using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime;

/// <summary>
/// Everything the runtime can be asked, in CRI's verbs. Each is idempotent and cancellable: a verb that was cut off
/// is asked again and finds what its half-done predecessor left. Called by the pod engine and the doors.
/// </summary>
public sealed class ContainerRuntime : IAsyncDisposable
{
    /// <summary>Opens the state below the options' paths and finds the containers that are already running.</summary>
    public static Task<ContainerRuntime> OpenAsync(RuntimeOptions options, TimeProvider clock, CancellationToken cancel) => throw new NotImplementedException();

    public ImageService Images => throw new NotImplementedException();

    // sandboxes
    public Task<SandboxStatus> RunPodSandbox(SandboxConfig config, CancellationToken cancel) => throw new NotImplementedException();
    public Task StopPodSandbox(string sandboxId, CancellationToken cancel) => throw new NotImplementedException();
    public Task RemovePodSandbox(string sandboxId, CancellationToken cancel) => throw new NotImplementedException();
    public SandboxStatus? PodSandboxStatus(string sandboxId) => throw new NotImplementedException();
    public IReadOnlyList<SandboxStatus> ListPodSandboxes() => throw new NotImplementedException();

    // containers
    public Task<string> CreateContainer(string? sandboxId, ContainerConfig config, CancellationToken cancel) => throw new NotImplementedException();
    public Task StartContainer(string containerId, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The stop signal, then after the grace period SIGKILL to the container's whole cgroup. A second call with a shorter grace cuts the first short.</summary>
    public Task StopContainer(string containerId, TimeSpan grace, CancellationToken cancel) => throw new NotImplementedException();
    public Task RemoveContainer(string containerId, CancellationToken cancel) => throw new NotImplementedException();
    public ContainerStatus? ContainerStatus(string containerId) => throw new NotImplementedException();
    public IReadOnlyList<ContainerStatus> ListContainers() => throw new NotImplementedException();
    public Task UpdateContainerResources(string containerId, LinuxResources resources, CancellationToken cancel) => throw new NotImplementedException();
    public Task ReopenContainerLog(string containerId, CancellationToken cancel) => throw new NotImplementedException();

    // streams
    public Task<IProcessStreams> Exec(string containerId, ExecConfig config, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Streams of the container's own process; disposing of them leaves it running.</summary>
    public Task<IProcessStreams> Attach(string containerId, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>A TCP connection to 127.0.0.1:port made inside the sandbox's network namespace.</summary>
    public Task<Stream> DialSandbox(string sandboxId, int port, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Every start and end from now on, until cancelled. A reader that lags loses nothing but may see several at once.</summary>
    public IAsyncEnumerable<ContainerEvent> Events(CancellationToken cancel) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
