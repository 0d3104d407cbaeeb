using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.Starting;
using Tripod.Pods.Volumes;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>
/// Carries out the steps of one pod's plan. What takes long (a start with its pull, a stop with its grace period) goes on
/// in the background and wakes the worker when it ends.
/// </summary>
internal sealed class PodActions(PodWorker worker, PodParts parts) : IAsyncDisposable
{
    private readonly CancellationTokenSource starts = new(), stopping = new();
    private readonly Lock gate = new();
    private readonly List<Task> starting = [], terminating = [];

    private PodView Pod => worker.Pod;

    /// <returns>False when the steps after this one make no sense now.</returns>
    public async Task<bool> DoAsync(PodStep step, CancellationToken cancel)
    {
        LogMessages.PodStepBegun(parts.Log, Pod.Described, step.GetType().Name);
        switch (step)
        {
            case PodStep.Schedule:
                worker.Remember(known => known with { Scheduling = parts.Scheduler.Schedule(Pod) });
                return true;
            case PodStep.SetUpVolumes:
                return SetUpVolumes();
            case PodStep.RunSandbox run:
                return await RunSandboxAsync(run, cancel).ConfigureAwait(false);
            case PodStep.StartContainer start:
                InBackground(start.Container.Name, token => StartAsync(start, token));
                return true;
            case PodStep.KillContainer kill:
                InBackground(kill.Name, token => KillAsync(kill, token));
                return true;
            case PodStep.NotePullBackOff note:
                NotePullBackOff(note.Name);
                return true;
            case PodStep.RemoveContainer remove:
                await parts.Runtime.RemoveContainer(remove.ContainerId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.StopSandbox stop:
                await parts.Runtime.StopPodSandbox(stop.SandboxId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.RemoveSandbox remove:
                await parts.Runtime.RemovePodSandbox(remove.SandboxId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.Terminate terminate:
                worker.Remember(known => known with { TerminatingWith = terminate.Grace });
                Track(terminating, Task.Run(() => TerminateAsync(terminate.Grace, stopping.Token), CancellationToken.None));
                return true;
            case PodStep.Forget:
                await ForgetAsync(cancel).ConfigureAwait(false);
                return false;
            default:
                throw new InvalidOperationException($"no action for step {step}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await starts.CancelAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Settled(starting).ConfigureAwait(false);
        await Settled(terminating).ConfigureAwait(false);
        starts.Dispose();
        stopping.Dispose();
    }

    private bool SetUpVolumes()
    {
        try
        {
            parts.Volumes.SetUp(Pod);
            worker.Remember(known => known with { VolumesReady = true, Volumes = null });
            return true;
        }
        catch (VolumeException failure)
        {
            parts.Events.Warning(EventTarget.Of(Pod), "FailedMount", failure.Message);
            var times = (worker.Memory.Volumes?.Times ?? 0) + 1;
            worker.Remember(known => known with { Volumes = new("FailedMount", failure.Message, times, parts.Now, parts.Now + Wait(times)) });
            return false;
        }
    }

    private async Task<bool> RunSandboxAsync(PodStep.RunSandbox step, CancellationToken cancel)
    {
        try
        {
            if (step.Why is { } why)
            {
                parts.Events.Normal(EventTarget.Of(Pod), "SandboxChanged", why);
                foreach (var old in PodObservation.SandboxesOf(Pod.Uid, parts.Runtime).ToList())
                {
                    await parts.Runtime.StopPodSandbox(old.Id, cancel).ConfigureAwait(false);
                }
            }

            var sandbox = await parts.Runtime.RunPodSandbox(SandboxConfigs.Of(Pod, step.Attempt, parts.LogRoot), cancel).ConfigureAwait(false);
            HostsFile.Write(parts.Volumes, Pod, sandbox.Addresses.Count > 0 ? sandbox.Addresses[0] : null);
            worker.Remember(known => known with { Sandbox = null });
            return true;
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            var message = $"Failed to create pod sandbox: {failure.Message}";
            parts.Events.Warning(EventTarget.Of(Pod), "FailedCreatePodSandBox", message);
            var times = (worker.Memory.Sandbox?.Times ?? 0) + 1;
            worker.Remember(known => known with { Sandbox = new("FailedCreatePodSandBox", message, times, parts.Now, parts.Now + Wait(times + 1)) });
            return false;
        }
    }

    private async Task StartAsync(PodStep.StartContainer step, CancellationToken cancel)
    {
        var name = step.Container.Name;
        try
        {
            var sandbox = PodObservation.SandboxesOf(Pod.Uid, parts.Runtime).First();
            await parts.Starter.RunAsync(Pod, step.Container, sandbox.Id, step.Attempt, step.InARow, cancel).ConfigureAwait(false);
            worker.Remember(known => known with { Containers = known.Containers.Remove(name) });
        }
        catch (ContainerProblem problem)
        {
            var times = (worker.Memory.Containers.GetValueOrDefault(name)?.Times ?? 0) + 1;
            worker.Remember(known => known with { Containers = known.Containers.SetItem(name, new(problem.Reason, problem.Message, times, parts.Now, RetryAt(problem.Reason, times))) });
        }
    }

    private DateTimeOffset RetryAt(string reason, int times) => parts.Now + reason switch
    {
        // The container ended by it, and its end is waited out like a crash.
        "RunContainerError" => TimeSpan.Zero,
        "ErrImagePull" or "InvalidImageName" => RestartBackoff.Doubled(times - 1),
        _ => RestartBackoff.Doubled(0),
    };

    private async Task KillAsync(PodStep.KillContainer step, CancellationToken cancel)
    {
        parts.Events.Normal(EventTarget.Of(Pod, step.Name), "Killing", step.Message);
        await parts.Runtime.StopContainer(step.ContainerId, Grace(), cancel).ConfigureAwait(false);
    }

    private void NotePullBackOff(string name)
    {
        var container = Pod.Spec.Containers.Concat(Pod.Spec.InitContainers ?? []).First(found => found.Name == name);
        var target = EventTarget.Of(Pod, name);
        parts.Events.Normal(target, "BackOff", $"Back-off pulling image \"{container.Image}\"");
        parts.Events.Warning(target, "Failed", "Error: ImagePullBackOff");
        worker.Remember(known => known.Containers.TryGetValue(name, out var trouble)
            ? known with { Containers = known.Containers.SetItem(name, trouble with { Reason = "ImagePullBackOff", Message = $"Back-off pulling image \"{container.Image}\": {trouble.Reason}: {trouble.Message}" }) }
            : known);
    }

    private async Task TerminateAsync(TimeSpan grace, CancellationToken cancel)
    {
        try
        {
            await starts.CancelAsync().ConfigureAwait(false);
            await Settled(starting).ConfigureAwait(false);
            var running = PodObservation.ContainersOf(Pod.Uid, parts.Runtime).Where(container => container.State == Runtime.Containers.ContainerState.Running).ToList();
            foreach (var container in running)
            {
                parts.Events.Normal(EventTarget.Of(Pod, container.Config.Name), "Killing", $"Stopping container {container.Config.Name}");
            }

            await Task.WhenAll(running.Select(container => parts.Runtime.StopContainer(container.Id, grace, cancel))).ConfigureAwait(false);
            foreach (var sandbox in PodObservation.SandboxesOf(Pod.Uid, parts.Runtime).ToList())
            {
                await parts.Runtime.StopPodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
            }

            worker.Report();
            worker.Remember(known => known with { Terminated = true });
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The engine stops; the next one goes on from what it finds.
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            LogMessages.PodFailed(parts.Log, Pod.Described, failure.Message, TimeSpan.Zero, failure);
            worker.Remember(known => known with { TerminatingWith = null });
        }
        finally
        {
            worker.Wake();
        }
    }

    private async Task ForgetAsync(CancellationToken cancel)
    {
        foreach (var sandbox in PodObservation.SandboxesOf(Pod.Uid, parts.Runtime).ToList())
        {
            await parts.Runtime.RemovePodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
        }

        parts.Volumes.TearDown(Pod.Uid);
        if (SandboxConfigs.LogDirectory(parts.LogRoot, Pod) is var logs && Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        // Finalizers hold the object back; whoever takes the last one away removes it.
        while (parts.Store.Get(Pod.Key) is { } stored && new PodView(stored) is var last && last.Uid == Pod.Uid && last.Object.Metadata.Finalizers is not { Count: > 0 })
        {
            try
            {
                parts.Store.Delete(Pod.Key, stored.Revision);
            }
            catch (RevisionConflictException)
            {
                // Someone wrote in between: look at it again.
            }
        }

        worker.Forget();
    }

    private void InBackground(string container, Func<CancellationToken, Task> work)
    {
        worker.Remember(known => known with { Starting = known.Starting.Add(container) });
        var token = starts.Token;
        Track(starting, Task.Run(
            async () =>
            {
                try
                {
                    await work(token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                    // The pod is being deleted, or the engine stops: what was begun is found again.
                }
                catch (Exception failure) when (failure is RuntimeException or IOException)
                {
                    LogMessages.PodFailed(parts.Log, Pod.Described, failure.Message, TimeSpan.FromSeconds(10), failure);
                    worker.Remember(known => known with { Containers = known.Containers.SetItem(container, new("CreateContainerError", failure.Message, 1, parts.Now, RetryAt("", 1))) });
                }
                finally
                {
                    worker.Remember(known => known with { Starting = known.Starting.Remove(container) });
                    worker.Wake();
                }
            },
            CancellationToken.None));
    }

    private void Track(List<Task> tasks, Task task)
    {
        lock (gate)
        {
            tasks.RemoveAll(done => done.IsCompleted);
            tasks.Add(task);
        }
    }

    private Task Settled(List<Task> tasks)
    {
        lock (gate)
        {
            return Task.WhenAll(tasks);
        }
    }

    private TimeSpan Grace() => TimeSpan.FromSeconds(Pod.Spec.TerminationGracePeriodSeconds ?? 30);

    /// <summary>Half a second doubled up to two minutes, as the kubelet retries mounts and sandboxes.</summary>
    private static TimeSpan Wait(int times) => TimeSpan.FromSeconds(Math.Min(120, 0.5 * (1 << Math.Min(times - 1, 8))));
}
