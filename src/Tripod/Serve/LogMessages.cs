using Microsoft.Extensions.Logging;

namespace Tripod.Serve;

internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Information, Message = "ready: Kubernetes API at https://{Address}, Docker API at {Socket}")]
    public static partial void Ready(ILogger log, string address, string socket);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped: {What}")]
    public static partial void Stopped(ILogger log, string what);
}
