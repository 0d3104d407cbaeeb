using Tripod.Runtime.Containers;

namespace Tripod.Pods.Standalone;

/// <summary>What becomes of a standalone container that has ended: pure.</summary>
public static class RestartDecision
{
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100), LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Who has run so long begins with the first delay again.</summary>
    public static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(10);

    /// <returns>After how long it is started again; null: not at all.</returns>
    public static TimeSpan? After(StandaloneContainer container, ContainerStatus ended, TimeSpan lastDelay)
    {
        var again = container.Restart.Name switch
        {
            _ when container.StoppedByUser || ended.Reason is "StartError" or "ContainerCannotRun" => false,
            "always" or "unless-stopped" => true,
            "on-failure" => ended.ExitCode != 0 && (container.Restart.MaximumRetries == 0 || container.RestartCount < container.Restart.MaximumRetries),
            _ => false,
        };
        if (!again)
        {
            return null;
        }

        var ran = ended.FinishedAt - ended.StartedAt ?? TimeSpan.Zero;
        var doubled = lastDelay == TimeSpan.Zero || ran >= ProvenAfter ? FirstDelay : lastDelay * 2;
        return doubled < LongestDelay ? doubled : LongestDelay;
    }

    /// <summary>Whether an engine that has just begun starts it.</summary>
    public static bool AtEngineStart(StandaloneContainer container, ContainerStatus status) =>
        status is { State: ContainerState.Exited or ContainerState.Unknown } && container.Restart.Name switch
        {
            "always" => true,
            "unless-stopped" => !container.StoppedByUser,
            "on-failure" => !container.StoppedByUser && status.ExitCode != 0 && (container.Restart.MaximumRetries == 0 || container.RestartCount < container.Restart.MaximumRetries),
            _ => false,
        };
}
