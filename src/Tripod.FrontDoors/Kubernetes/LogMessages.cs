using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Kubernetes;

internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "kubernetes api: {method} {path} failed")]
    public static partial void RequestFailed(ILogger log, string method, string path, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "kubernetes api: a request without valid credentials was refused: {why}")]
    public static partial void Refused(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "kubernetes api: a request could not be written to the audit log {path}: {why}")]
    public static partial void AuditFailed(ILogger log, string path, string why);
}
