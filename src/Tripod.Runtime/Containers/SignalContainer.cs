using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>Sends a signal to a container's first process, and to no other that may have its pid by now.</summary>
internal sealed class SignalContainer(RuntimeParts parts)
{
    public void Run(string id, int signal)
    {
        var record = parts.Table.Get(id).Record;
        using var process = record.State == ContainerState.Running ? Pidfd.Open(record.Pid) : null;
        if (process is null || !new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        process.Signal(signal);
    }
}
