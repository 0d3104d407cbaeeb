using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Runtime;
using Tripod.Runtime.Users;

namespace Tripod.Pods.Starting;

/// <summary>A pod's sandbox, its first or one in place of one that died, with the pod's hosts file. Called by the worker's actions; hands on to the runtime.</summary>
internal sealed class RunPodSandbox(PodParts parts)
{
    /// <returns>Null when it stands; else what went wrong, already told in an event.</returns>
    public async Task<string?> RunAsync(PodView pod, PodStep.RunSandbox step, CancellationToken cancel)
    {
        try
        {
            if (step.Why is { } why)
            {
                parts.Events.Normal(EventTarget.Of(pod), "SandboxChanged", why);
                foreach (var old in PodObservation.SandboxesOf(pod.Uid, parts.Runtime).ToList())
                {
                    await parts.Runtime.StopPodSandbox(old.Id, cancel).ConfigureAwait(false);
                }
            }

            var sandbox = await parts.Runtime.RunPodSandbox(SandboxConfigs.Of(pod, step.Attempt, parts.LogRoot, Handler(pod), parts.Options.PodPidsLimit, Users(pod)), cancel).ConfigureAwait(false);
            await parts.QosCgroups.FollowAsync().ConfigureAwait(false);
            HostsFile.Write(parts.Volumes, pod, sandbox.Addresses);
            foreach (var obstacle in pod.Spec.HostNetwork == true ? [] : parts.Runtime.KnownObstacles)
            {
                parts.Events.Warning(EventTarget.Of(pod), "FirewallDropsPackets", obstacle);
            }

            return null;
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            var message = $"Failed to create pod sandbox: {failure.Message}";
            parts.Events.Warning(EventTarget.Of(pod), "FailedCreatePodSandBox", message);
            return message;
        }
    }

    /// <summary>Null: the host's.</summary>
    private UserMappings? Users(PodView pod) => pod.Spec.HostUsers != false ? null
        : parts.Runtime.UserNamespaceProblem is { } problem ? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, problem)
        : parts.UserIds.Of(pod.Uid);

    /// <summary>The OCI runtime that the pod's RuntimeClass stands for; empty: the engine's own.</summary>
    /// <exception cref="RuntimeException">There is no such class, or no such runtime.</exception>
    private string Handler(PodView pod)
    {
        if (pod.Spec.RuntimeClassName is not { Length: > 0 } name)
        {
            return "";
        }

        var handler = parts.Store.Get(ResourceKeys.Of("runtimeclasses", null, name))?.View(Views.Parse<V1RuntimeClass>).Handler
            ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"failed to lookup RuntimeClass {name}: runtimeclass.node.k8s.io \"{name}\" not found");
        return parts.Runtime.Handlers.Contains(handler, StringComparer.Ordinal) ? handler
            : throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"failed to get sandbox runtime: no runtime for \"{handler}\" is configured (configured are {string.Join(", ", parts.Runtime.Handlers)}; others are named under runtimes in the engine's configuration)");
    }
}
