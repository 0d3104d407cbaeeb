using Microsoft.Extensions.Logging;

namespace Tripod.Runtime;

/// <summary>All that the runtime level logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Container} could not be cleaned up after a failure; the next engine does it")]
    public static partial void UndoFailed(ILogger log, string container, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "end of container {Container} could not be written down; tried again in {Delay}")]
    public static partial void EndNotWritten(ILogger log, string container, TimeSpan delay, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "this machine lets the engine give no {Capabilities}: containers go without")]
    public static partial void CapabilitiesMissing(ILogger log, string capabilities);
}
