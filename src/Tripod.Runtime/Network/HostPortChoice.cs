using Tripod.Linux;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>Turns published ports, each perhaps a range, into host ports that are free, and holds them.</summary>
internal static class HostPortChoice
{
    // As Linux hands them out itself (ip_local_port_range) when the host names none.
    private const int FirstOfAny = 32768, LastOfAny = 60999;

    private static int next = FirstOfAny;

    /// <exception cref="RuntimeException">FailedPrecondition: no port of a range is free; the message names the first and who has it.</exception>
    public static (IReadOnlyList<PortMapping> Mappings, IReadOnlyList<FileDescriptor> Held) Hold(IReadOnlyList<PublishedPort> published)
    {
        var mappings = new List<PortMapping>();
        var held = new List<FileDescriptor>();
        try
        {
            foreach (var port in published)
            {
                mappings.Add(Hold(port, held));
            }

            return (mappings, held);
        }
        catch
        {
            LetGo(held);
            throw;
        }
    }

    public static void LetGo(IReadOnlyList<FileDescriptor> held)
    {
        foreach (var socket in held)
        {
            socket.Dispose();
        }
    }

    private static PortMapping Hold(PublishedPort port, List<FileDescriptor> held)
    {
        RuntimeException? first = null;
        foreach (var candidate in Candidates(port))
        {
            try
            {
                var mapping = new PortMapping(port.Protocol, candidate, port.ContainerPort, port.HostIp);
                held.AddRange(PodNetwork.HoldHostPorts([mapping]));
                return mapping;
            }
            catch (RuntimeException taken) when (taken.Kind == RuntimeErrorKind.FailedPrecondition)
            {
                first ??= taken;
            }
        }

        throw first ?? new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"no host port is free for {port.ContainerPort}/{port.Protocol}");
    }

    private static IEnumerable<int> Candidates(PublishedPort port)
    {
        if (port.FirstHostPort > 0)
        {
            return Enumerable.Range(port.FirstHostPort, Math.Max(port.LastHostPort - port.FirstHostPort, 0) + 1);
        }

        const int Count = LastOfAny - FirstOfAny + 1;
        var start = Interlocked.Increment(ref next) - FirstOfAny;
        return Enumerable.Range(0, Count).Select(step => FirstOfAny + ((start + step) % Count));
    }
}
