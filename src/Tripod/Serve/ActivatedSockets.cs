using System.Globalization;
using System.Net.Sockets;
using Tripod.Linux.Processes;

namespace Tripod.Serve;

/// <summary>Sockets that a service manager listens on already and hands over, by name (sd_listen_fds(3), systemd.socket(5) FileDescriptorName=).</summary>
/// <param name="Kubernetes">A TCP socket, or null where it is opened here.</param>
/// <param name="Docker">A Unix socket.</param>
/// <param name="Cri">As <paramref name="Docker"/>.</param>
internal sealed record ActivatedSockets(int? Kubernetes, int? Docker, int? Cri)
{
    private const int First = 3;

    /// <summary>Takes them over. What says so is taken out of the environment: containers' helpers would take it for theirs.</summary>
    /// <exception cref="InvalidOperationException">A socket has a name that no door has.</exception>
    public static ActivatedSockets Take()
    {
        var (pid, count, names) = (Take("LISTEN_PID"), Take("LISTEN_FDS"), Take("LISTEN_FDNAMES"));
        if (pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets))
        {
            return new(null, null, null);
        }

        Enumerable.Range(First, sockets).ToList().ForEach(InheritedDescriptor.CloseOnExec);
        return Named(sockets, names ?? "");
    }

    /// <summary>Pure: which number is whose.</summary>
    public static ActivatedSockets Named(int count, string names)
    {
        var given = names.Split(':');
        var sockets = new ActivatedSockets(null, null, null);
        for (var index = 0; index < count; index++)
        {
            var number = First + index;
            sockets = (index < given.Length ? given[index] : "") switch
            {
                "kubernetes" => sockets with { Kubernetes = number },
                "docker" => sockets with { Docker = number },
                "cri" => sockets with { Cri = number },
                var other => throw new InvalidOperationException($"socket {number} was handed over as \"{other}\": a socket unit's FileDescriptorName= is kubernetes, docker or cri"),
            };
        }

        return sockets;
    }

    /// <summary>Where a socket that was handed over listens.</summary>
    public static System.Net.EndPoint AddressOf(int number)
    {
        using var socket = new Socket(new SafeSocketHandle(number, ownsHandle: false));
        return socket.LocalEndPoint!;
    }

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }
}
