using System.Globalization;

namespace Tripod.Runtime.Containers;

/// <summary>Tells conmon, by its control fifo, how large the terminal of a container's own process is.</summary>
internal sealed class ResizeTerminal(RuntimeParts parts)
{
    public void Run(string id, int columns, int rows)
    {
        var record = parts.Table.Get(id).Record;
        if (record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        Say(Path.Combine(parts.Paths.Bundle(id), "ctl"), columns, rows);
    }

    public static void Say(string control, int columns, int rows) =>
        File.AppendAllText(control, string.Create(CultureInfo.InvariantCulture, $"1 {rows} {columns}\n"));
}
