using System.Globalization;

namespace Tripod.Runtime.Network;

/// <summary>What an interface of a network namespace has carried, in bytes and errors (proc_pid_net(5), <c>dev</c>).</summary>
public sealed record InterfaceCounters(string Name, long Received, long ReceiveErrors, long Sent, long SendErrors)
{
    public long PacketsReceived { get; init; }
    public long ReceiveDropped { get; init; }
    public long PacketsSent { get; init; }
    public long SendDropped { get; init; }

    /// <param name="pid">A process in the namespace.</param>
    /// <returns>All but lo; none where the process has gone.</returns>
    public static IReadOnlyList<InterfaceCounters> Of(int pid)
    {
        try
        {
            return
            [
                .. File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/dev")).Skip(2)
                    .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
                    .Select(pair => (Name: pair[0].Trim(), Counts: pair[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToList()))
                    .Where(found => found.Name != "lo" && found.Counts.Count >= 12)
                    .Select(found => new InterfaceCounters(found.Name, found.Counts[0], found.Counts[2], found.Counts[8], found.Counts[10])
                    {
                        PacketsReceived = found.Counts[1],
                        ReceiveDropped = found.Counts[3],
                        PacketsSent = found.Counts[9],
                        SendDropped = found.Counts[11],
                    }),
            ];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
