using System.Diagnostics;
using Tripod.Pods.Ending;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.Resizing;
using Tripod.Pods.Starting;
using Tripod.Pods.Volumes;

namespace Tripod.Pods;

/// <summary>
/// Carries out the steps of one pod's plan, each by the operation of its name. What takes long (a start with its pull, a
/// stop with its grace period) goes on in the background and wakes the worker when it ends.
/// </summary>
internal sealed class PodActions(PodWorker worker, PodParts parts) : IAsyncDisposable
{
    private static readonly TimeSpan StopRetry = TimeSpan.FromSeconds(1);

    private readonly BackgroundWork starts = new(), ending = new();
    private GracePeriod? grace;

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
            case PodStep.Admit:
                var (admitted, wait) = new AdmitPod(parts).Run(Pod);
                worker.Remember(known => known with { Admitted = admitted, Admission = wait });
                return admitted;
            case PodStep.AssumeGranted:
                parts.Resizes.Assume(Pod);
                return true;
            case PodStep.DecideResize:
                worker.Remember(known => known with { Resizing = null });
                worker.WakeOthers(parts.Resizes.Decide());
                return false;
            case PodStep.Resize:
                await ResizeAsync(cancel).ConfigureAwait(false);
                return true;
            case PodStep.NoteResized resized:
                parts.Events.Normal(EventTarget.Of(Pod), "ResizeCompleted", ResizeMessages.Of("Pod resize completed", Pod.Spec, resized.Generation));
                parts.Resizes.Completed(Pod.Uid);
                return true;
            case PodStep.SetUpVolumes:
                return SetUpVolumes();
            case PodStep.RunSandbox run:
                return await RunSandboxAsync(run, cancel).ConfigureAwait(false);
            case PodStep.StartContainer start:
                Start(start);
                return true;
            case PodStep.KillContainer kill:
                Kill(kill);
                return true;
            case PodStep.NotePullBackOff note:
                NotePullBackOff(note.Container);
                return true;
            case PodStep.RemoveContainer remove:
                await parts.Runtime.RemoveContainer(remove.ContainerId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.ReleaseVolumes:
                parts.Volumes.Release(Pod.Uid);
                worker.Remember(known => known with { Released = true });
                worker.TellReleased();
                return true;
            case PodStep.StopSandbox stop:
                await parts.Runtime.StopPodSandbox(stop.SandboxId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.RemoveSandbox remove:
                await parts.Runtime.RemovePodSandbox(remove.SandboxId, cancel).ConfigureAwait(false);
                return true;
            case PodStep.Terminate terminate:
                Terminate(terminate);
                return true;
            case PodStep.Forget:
                await new ForgetPod(parts).RunAsync(Pod, cancel).ConfigureAwait(false);
                worker.Forget();
                return false;
            default:
                throw new InvalidOperationException($"no action for step {step}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await starts.DisposeAsync().ConfigureAwait(false);
        await ending.DisposeAsync().ConfigureAwait(false);
        grace?.Dispose();
    }

    private bool SetUpVolumes()
    {
        using var span = worker.Trace.Step("set up volumes");
        // Before it is so: a change that comes meanwhile takes it back.
        worker.Remember(known => known with { VolumesReady = true });
        try
        {
            var again = parts.Volumes.SetUp(Pod);
            worker.Remember(known => known with { VolumesOnce = true, VolumesAgain = again, Volumes = null });
            return true;
        }
        catch (VolumeException failure)
        {
            parts.Events.Warning(EventTarget.Of(Pod), "FailedMount", failure.Message);
            var times = (worker.Memory.Volumes?.Times ?? 0) + 1;
            worker.Remember(known => known with { VolumesReady = false, Volumes = new("FailedMount", failure.Message, times, parts.Now, parts.Now + Wait(times)) });
            return worker.Memory.VolumesOnce;
        }
    }

    private async Task ResizeAsync(CancellationToken cancel)
    {
        var failure = await new ResizePod(parts).RunAsync(worker.Observe(), cancel).ConfigureAwait(false);
        var times = (worker.Memory.Resizing?.Times ?? 0) + 1;
        worker.Remember(known => known with { Resizing = failure is null ? null : new("Error", failure, times, parts.Now, parts.Now + ResizeSteps.ErrorDelay) });
        await parts.QosCgroups.FollowAsync().ConfigureAwait(false);
    }

    private async Task<bool> RunSandboxAsync(PodStep.RunSandbox step, CancellationToken cancel)
    {
        using var span = worker.Trace.Step("run sandbox");
        var failure = await new RunPodSandbox(parts).RunAsync(Pod, step, cancel).ConfigureAwait(false);
        var times = (worker.Memory.Sandbox?.Times ?? 0) + 1;
        worker.Remember(known => known with { Sandbox = failure is null ? null : new("FailedCreatePodSandBox", failure, times, parts.Now, parts.Now + Wait(times + 1)) });
        return failure is null;
    }

    private void Start(PodStep.StartContainer step)
    {
        var name = step.Container.Name;
        worker.Remember(known => known with { Starting = known.Starting.Add(name) });
        starts.Begin(async cancel =>
        {
            using var span = worker.Trace.Step("start container");
            span?.SetTag("k8s.container.name", name).SetTag("container.image.name", step.Container.Spec.Image);
            try
            {
                var sandbox = PodObservation.SandboxesOf(Pod.Uid, parts.Runtime).First();
                await parts.Starter.RunAsync(Pod, step.Container, sandbox, step.Attempt, step.InARow, cancel).ConfigureAwait(false);
                worker.Remember(known => known with { Containers = known.Containers.Remove(name) });
            }
            catch (ContainerProblem problem)
            {
                span?.SetStatus(ActivityStatusCode.Error, problem.Message);
                Remember(name, problem.Reason, problem.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // A part of the worker's loop that runs beside it: here too whatever goes wrong is told, and waited out.
                LogMessages.PodFailed(parts.Log, Pod.Described, failure.Message, RestartBackoff.Doubled(0), failure);
                Remember(name, "CreateContainerError", failure.Message);
            }
            finally
            {
                worker.Remember(known => known with { Starting = known.Starting.Remove(name) });
                worker.Wake();
            }
        });
    }

    private void Remember(string container, string reason, string message) => worker.Remember(known =>
    {
        var times = (known.Containers.GetValueOrDefault(container)?.Times ?? 0) + 1;
        var wait = reason switch
        {
            // The container ended by it, and its end is waited out like a crash.
            "RunContainerError" or "PostStartHookError" => TimeSpan.Zero,
            "ErrImagePull" or "InvalidImageName" => RestartBackoff.Doubled(times - 1),
            _ => RestartBackoff.Doubled(0),
        };
        return known with { Containers = known.Containers.SetItem(container, new(reason, message, times, parts.Now, parts.Now + wait)) };
    });

    private void Kill(PodStep.KillContainer step)
    {
        var name = step.Container.Name;
        worker.Remember(known => known with
        {
            Stopping = known.Stopping.Add(name),
            WantedAgain = step.Again ? known.WantedAgain.Add(step.ContainerId) : known.WantedAgain,
        });
        starts.Begin(async cancel =>
        {
            try
            {
                if (parts.Runtime.ContainerStatus(step.ContainerId) is { } status)
                {
                    using var time = new GracePeriod(step.Grace, parts.Clock);
                    await new StopPodContainer(parts).RunAsync(Pod, step.Hooks ? step.Container : null, status, step.Message, time, Task.CompletedTask, cancel).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                await WaitOutAsync(failure, cancel).ConfigureAwait(false);
            }
            finally
            {
                worker.Remember(known => known with { Stopping = known.Stopping.Remove(name) });
                worker.Wake();
            }
        });
    }

    private void NotePullBackOff(PodContainer container)
    {
        var (target, image) = (EventTarget.Of(Pod, container), container.Spec.Image);
        parts.Events.Normal(target, "BackOff", $"Back-off pulling image \"{image}\"");
        parts.Events.Warning(target, "Failed", "Error: ImagePullBackOff");
        worker.Remember(known => known.Containers.TryGetValue(container.Name, out var trouble)
            ? known with { Containers = known.Containers.SetItem(container.Name, trouble with { Reason = "ImagePullBackOff", Message = $"Back-off pulling image \"{image}\": {trouble.Reason}: {trouble.Message}" }) }
            : known);
    }

    private void Terminate(PodStep.Terminate step)
    {
        worker.Remember(known => known with { TerminatingWith = step.Grace });
        if (grace is { } underWay)
        {
            underWay.Shorten(step.Grace);
            return;
        }

        // An eviction or a preemption was told of when it was decided.
        if (step.Why is { Reason: not (PodEnd.Evicted or PodEnd.Preempting) } why)
        {
            parts.Events.Normal(EventTarget.Of(Pod), why.Reason, why.Message);
        }

        var time = grace = new GracePeriod(step.Grace, parts.Clock);
        ending.Begin(async cancel =>
        {
            try
            {
                await starts.CancelAsync().ConfigureAwait(false);
                await new TerminatePod(parts).RunAsync(Pod, time, cancel).ConfigureAwait(false);
                worker.Remember(known => known with { Terminated = true });
                await worker.ReportAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                await WaitOutAsync(failure, cancel).ConfigureAwait(false);
                grace = null;
                worker.Remember(known => known with { TerminatingWith = null });
            }
            finally
            {
                worker.Wake();
            }
        });
    }

    /// <summary>What has gone wrong is tried again, but not in a loop without rest.</summary>
    private Task WaitOutAsync(Exception failure, CancellationToken cancel)
    {
        LogMessages.PodFailed(parts.Log, Pod.Described, failure.Message, StopRetry, failure);
        return Task.Delay(StopRetry, parts.Clock, cancel);
    }

    /// <summary>Half a second doubled up to two minutes, as the kubelet retries mounts and sandboxes.</summary>
    private static TimeSpan Wait(int times) => TimeSpan.FromSeconds(Math.Min(120, 0.5 * (1 << Math.Min(times - 1, 8))));
}
