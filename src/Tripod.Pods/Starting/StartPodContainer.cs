using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Runtime;

namespace Tripod.Pods.Starting;

/// <summary>
/// One container of a pod from nothing to running: image, configuration, create, start. The worker runs several side by
/// side; each ends in a running container or in a <see cref="ContainerProblem"/>.
/// </summary>
internal sealed class StartPodContainer(ContainerRuntime runtime, PodImages images, ContainerConfigs configs, EventRecorder events)
{
    /// <exception cref="ContainerProblem"/>
    public async Task RunAsync(PodView pod, V1Container container, string sandboxId, int attempt, int inARow, CancellationToken cancel)
    {
        var isInit = pod.Spec.InitContainers?.Any(init => init.Name == container.Name) == true;
        var target = EventTarget.Of(pod, container.Name, isInit);
        var image = await images.Ensure(pod, container, target, cancel).ConfigureAwait(false);
        var config = Attempt("CreateContainerConfigError", () => configs.Of(pod, container, image, attempt, inARow), target);

        string id;
        try
        {
            id = await runtime.CreateContainer(sandboxId, config, cancel).ConfigureAwait(false);
            events.Normal(target, "Created", $"Created container: {container.Name}");
        }
        catch (RuntimeException failure)
        {
            throw Told(target, "CreateContainerError", failure);
        }

        try
        {
            await runtime.StartContainer(id, cancel).ConfigureAwait(false);
            events.Normal(target, "Started", $"Started container {container.Name}");
        }
        catch (RuntimeException failure)
        {
            throw Told(target, "RunContainerError", failure);
        }
    }

    private T Attempt<T>(string reason, Func<T> make, EventTarget target)
    {
        try
        {
            return make();
        }
        catch (ContainerProblem problem)
        {
            events.Warning(target, "Failed", $"Error: {problem.Message}");
            throw;
        }
        catch (IOException failure)
        {
            throw Told(target, reason, failure);
        }
    }

    private ContainerProblem Told(EventTarget target, string reason, Exception failure)
    {
        events.Warning(target, "Failed", $"Error: {failure.Message}");
        return new(reason, failure.Message, failure);
    }
}
