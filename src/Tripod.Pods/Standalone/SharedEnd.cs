using Tripod.Runtime.Containers;

namespace Tripod.Pods.Standalone;

/// <summary>
/// Tells whether a container ended because the one did whose PID namespace it had joined: the kernel kills all in a PID
/// namespace when its first process ends, the joiners first (pid_namespaces(7)). Pure.
/// </summary>
internal static class SharedEnd
{
    private const int Killed = 137;

    /// <summary>Between a joiner's end and its owner's as they are written down, or the owner's next start.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(3);

    /// <returns>The owner's id; null where it ended by itself.</returns>
    public static string? Owner(ContainerStatus joiner, Func<string, ContainerStatus?> find)
    {
        if (joiner is not { ExitCode: Killed, FinishedAt: { } end, Config.Namespaces.Pid: NamespaceChoice.Join join })
        {
            return null;
        }

        return find(join.ContainerId) switch
        {
            { State: ContainerState.Running } owner => owner.StartedAt >= end && owner.StartedAt - end < Together ? join.ContainerId : null,
            { FinishedAt: { } ownersEnd } => (ownersEnd - end).Duration() < Together ? join.ContainerId : null,
            _ => null,
        };
    }
}
