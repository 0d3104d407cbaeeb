using Tripod.Pods.Events;
using Tripod.Pods.Handlers;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Ending;

/// <summary>
/// One container of a pod from running to ended. Called for a container alone, and by <see cref="TerminatePod"/> for all
/// of a pod; hands on to the runtime, which sends the signals.
/// </summary>
/// <remarks>
/// grace     |- preStop ------|- turn ----|- stop signal ------- SIGKILL
///           all within one grace period; where the first two have used it up, two seconds are left for the signal
/// </remarks>
internal sealed class StopPodContainer(PodParts parts)
{
    /// <summary>What is left for the signal when the hook has taken all the time.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    /// <param name="container">Null where the pod's spec does not have it any more.</param>
    /// <param name="message">Of the Killing event.</param>
    /// <param name="turn">What has to end before it; its hook does not wait for that.</param>
    public async Task RunAsync(PodView pod, PodContainer? container, ContainerStatus status, string message, GracePeriod grace, Task turn, CancellationToken cancel)
    {
        parts.Events.Normal(EventTarget.Of(pod, status.Config.Name), "Killing", message);
        var hurried = grace.Left <= TimeSpan.Zero;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel, grace.Over);
        if (!hurried && container?.Spec.Lifecycle?.PreStop is not null)
        {
            await RunHookAsync(pod, container, status, time.Token).ConfigureAwait(false);
        }

        if (!hurried)
        {
            await turn.WaitAsync(time.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancel.ThrowIfCancellationRequested();
        var waited = container?.Spec.Lifecycle?.PreStop is not null || container?.Role == ContainerRole.Sidecar;
        await StopAsync(status.Id, grace, hurried ? TimeSpan.Zero : waited ? Least : TimeSpan.Zero, cancel).ConfigureAwait(false);
    }

    private async Task StopAsync(string id, GracePeriod grace, TimeSpan least, CancellationToken cancel)
    {
        var shortened = grace.Shortened;
        var stopped = parts.Runtime.StopContainer(id, Later(grace.Left, least), cancel);
        while (await Task.WhenAny(stopped, shortened).ConfigureAwait(false) != stopped)
        {
            // A second stop with less time brings the first one's kill forward.
            shortened = grace.Shortened;
            stopped = Task.WhenAll(stopped, parts.Runtime.StopContainer(id, grace.Left, cancel));
        }

        await stopped.ConfigureAwait(false);
    }

    private async Task RunHookAsync(PodView pod, PodContainer container, ContainerStatus status, CancellationToken time)
    {
        var address = PodObservation.SandboxesOf(pod.Uid, parts.Runtime).FirstOrDefault()?.Addresses.FirstOrDefault() ?? parts.Options.NodeIp;
        var target = new HandlerTarget(parts.Runtime, container.Spec, status.Id, status.SandboxId!, address);
        try
        {
            var failure = await parts.Hook.RunAsync(container.Spec.Lifecycle.PreStop, target, $"Container \"{container.Name}\" in Pod \"{pod.Described}\"", time).ConfigureAwait(false);
            if (failure is not null)
            {
                LogMessages.HookFailed(parts.Log, pod.Described, failure);
                parts.Events.Warning(EventTarget.Of(pod, container), "FailedPreStopHook", "PreStopHook failed");
            }
        }
        catch (OperationCanceledException)
        {
            LogMessages.HookFailed(parts.Log, pod.Described, $"preStop hook of container {container.Name} was not over within the grace period");
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
