using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Standalone;

/// <summary>Whose namespaces a container may join: those of one that runs, and IPC of one that shares it. Refused in Docker's words.</summary>
internal static class JoinRules
{
    /// <exception cref="RuntimeException">FailedPrecondition where an owner does not run; InvalidArgument for IPC that is not shared.</exception>
    public static void Check(string id, ContainerRuntime runtime)
    {
        if (runtime.ContainerStatus(id)?.Config.Namespaces is not { } choices)
        {
            return;
        }

        Check(runtime, choices.Net, owner => $"cannot join network of a non running container: {owner}");
        Check(runtime, choices.Ipc, owner => $"failed to join IPC namespace: container {owner} is not running");
        Check(runtime, choices.Pid, owner => $"failed to join PID namespace: container {owner} is not running");
        Check(runtime, choices.Uts, owner => $"failed to join UTS namespace: container {owner} is not running");
        if (choices.Ipc is NamespaceChoice.Join join && runtime.ContainerStatus(join.ContainerId) is { SandboxId: null } ipc
            && ipc.Config is { Standalone.ShareIpc: false, Namespaces.Ipc: NamespaceChoice.Own })
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"failed to join IPC namespace: container {join.ContainerId}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
        }
    }

    private static void Check(ContainerRuntime runtime, NamespaceChoice choice, Func<string, string> problem)
    {
        if (choice is NamespaceChoice.Join join && runtime.ContainerStatus(join.ContainerId) is not { State: ContainerState.Running })
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, problem(join.ContainerId));
        }
    }
}
