using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tripod.Serve;

/// <summary>
/// Tells the service manager that started the engine how it is: ready, still alive, about to end (sd_notify(3)). Does nothing
/// where none asked for it.
/// </summary>
internal sealed class ServiceNotice : IAsyncDisposable
{
    private readonly Socket? socket;
    private readonly UnixDomainSocketEndPoint? manager;
    private readonly CancellationTokenSource ending = new();
    private Task watched = Task.CompletedTask;

    private ServiceNotice(string? path)
    {
        if (path is { Length: > 1 })
        {
            // An abstract socket is written with @ where its first byte is zero (unix(7)).
            manager = new(path[0] == '@' ? $"\0{path[1..]}" : path);
            socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }
    }

    /// <summary>What is taken out of the environment is so for the helpers' sake: an OCI runtime would pass it on to containers.</summary>
    public static ServiceNotice Open()
    {
        var path = Take("NOTIFY_SOCKET");
        var notice = new ServiceNotice(path);
        var (microseconds, pid) = (Take("WATCHDOG_USEC"), Take("WATCHDOG_PID"));
        if (path is not null && long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && (pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
        {
            notice.watched = notice.SayAliveAsync(TimeSpan.FromMicroseconds(time) / 2);
        }

        return notice;
    }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Stopping() => Send("STOPPING=1\nSTATUS=stopping");

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await watched.ConfigureAwait(false);
        socket?.Dispose();
        ending.Dispose();
    }

    /// <summary>From the thread pool: an engine whose pool is stuck is not alive for anybody.</summary>
    private async Task SayAliveAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                Send("WATCHDOG=1");
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends.
        }
    }

    private void Send(string message)
    {
        try
        {
            socket?.SendTo(Encoding.UTF8.GetBytes(message), manager!);
        }
        catch (SocketException)
        {
            // A manager that has gone wants no news.
        }
    }

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }
}
