using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Docker;

/// <summary>All that the Docker door logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "docker: {Method} {Path} failed")]
    public static partial void RequestFailed(ILogger log, string method, string path, Exception failure);
}
