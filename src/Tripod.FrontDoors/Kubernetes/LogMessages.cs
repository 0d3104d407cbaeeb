using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>All that the Kubernetes door logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger log, string method, string path, Exception failure);
}
