using k8s.Models;
using Tripod.Pods.Ending;
using Tripod.Pods.Events;
using Tripod.Pods.Handlers;
using Tripod.Pods.Planning;
using Tripod.Pods.Tracing;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Pods.Starting;

/// <summary>
/// One container of a pod from nothing to running: image, configuration, create, start, postStart hook. The worker runs
/// several side by side; each ends in a running container or in a <see cref="ContainerProblem"/>.
/// </summary>
internal sealed class StartPodContainer(PodParts parts, PodImages images, ImageVolumes volumes, ContainerConfigs configs)
{
    /// <exception cref="ContainerProblem"/>
    public async Task RunAsync(PodView pod, PodContainer container, SandboxStatus sandbox, int attempt, int inARow, CancellationToken cancel)
    {
        var target = EventTarget.Of(pod, container);
        var image = await images.Ensure(pod, container.Spec, target, cancel).ConfigureAwait(false);
        var volumeImages = await volumes.SetUp(pod, container, sandbox.Id, target, cancel).ConfigureAwait(false);
        var config = Attempt("CreateContainerConfigError", () => configs.Of(pod, container, image, volumeImages, attempt, inARow), target);

        if (container.Target.Length > 0)
        {
            config = config with { Pid = new NamespaceChoice.Join(RunningTarget(pod, container.Target)) };
        }

        string id;
        try
        {
            using var span = PodTrace.Part("create");
            id = await parts.Runtime.CreateContainer(sandbox.Id, config, cancel).ConfigureAwait(false);
            parts.Events.Normal(target, "Created", $"Created container: {container.Name}");
        }
        catch (RuntimeException failure)
        {
            throw Told(target, "CreateContainerError", failure);
        }

        try
        {
            using var span = PodTrace.Part("start");
            await parts.Runtime.StartContainer(id, cancel).ConfigureAwait(false);
            parts.Events.Normal(target, "Started", $"Started container {container.Name}");
        }
        catch (RuntimeException failure)
        {
            throw Told(target, "RunContainerError", failure);
        }

        if (container.Spec.Lifecycle?.PostStart is { } hook)
        {
            using var span = PodTrace.Part("postStart hook");
            await RunHookAsync(pod, container, hook, id, sandbox, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>A container whose hook fails is killed; what becomes of it then its restart policy says.</summary>
    private async Task RunHookAsync(PodView pod, PodContainer container, V1LifecycleHandler hook, string id, SandboxStatus sandbox, CancellationToken cancel)
    {
        var asked = new HandlerTarget(parts.Runtime, container.Spec, id, sandbox.Id, sandbox.Addresses.FirstOrDefault() ?? parts.Options.NodeIp);
        var failure = await parts.Hook.RunAsync(hook, asked, $"Container \"{container.Name}\" in Pod \"{pod.Described}\"", cancel).ConfigureAwait(false);
        if (failure is null)
        {
            return;
        }

        LogMessages.HookFailed(parts.Log, pod.Described, failure);
        parts.Events.Warning(EventTarget.Of(pod, container), "FailedPostStartHook", "PostStartHook failed");
        if (parts.Runtime.ContainerStatus(id) is { } status)
        {
            using var grace = new GracePeriod(pod.Grace, parts.Clock);
            await new StopPodContainer(parts).RunAsync(pod, container, status, "FailedPostStartHook", grace, Task.CompletedTask, cancel).ConfigureAwait(false);
        }

        throw new ContainerProblem("PostStartHookError", failure);
    }

    /// <summary>An ephemeral container sees the processes of the one that it is to debug (<c>targetContainerName</c>).</summary>
    private string RunningTarget(PodView pod, string name) =>
        PodObservation.ContainersOf(pod.Uid, parts.Runtime).FirstOrDefault(status => status.Config.Name == name && status.State == ContainerState.Running)?.Id
        ?? throw new ContainerProblem("CreateContainerConfigError", $"target container \"{name}\" is not running");

    private T Attempt<T>(string reason, Func<T> make, EventTarget target)
    {
        try
        {
            return make();
        }
        catch (ContainerProblem problem)
        {
            parts.Events.Warning(target, "Failed", $"Error: {problem.Message}");
            throw;
        }
        catch (IOException failure)
        {
            throw Told(target, reason, failure);
        }
    }

    private ContainerProblem Told(EventTarget target, string reason, Exception failure)
    {
        parts.Events.Warning(target, "Failed", $"Error: {failure.Message}");
        return new(reason, failure.Message, failure);
    }
}
