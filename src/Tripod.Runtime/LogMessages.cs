using Microsoft.Extensions.Logging;

namespace Tripod.Runtime;

/// <summary>All that the runtime level logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Container} could not be cleaned up after a failure; the next engine does it")]
    public static partial void UndoFailed(ILogger log, string container, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "end of container {Container} could not be written down; tried again in {Delay}")]
    public static partial void EndNotWritten(ILogger log, string container, TimeSpan delay, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Obstacle}")]
    public static partial void NetworkObstacle(ILogger log, string obstacle);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pods are given the host's nameservers: {Reason}")]
    public static partial void NoResolver(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network rules are not watched any more; a flushed ruleset comes back with the next start of the engine")]
    public static partial void RulesNotKept(ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "AppArmor is enabled, but containers are not confined by it: {Reason}")]
    public static partial void NotConfined(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "log of container {Container} was not rotated: {Reason}; tried again")]
    public static partial void RotationFailed(ILogger log, string container, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "this machine lets the engine give no {Capabilities}: containers go without")]
    public static partial void CapabilitiesMissing(ILogger log, string capabilities);

    [LoggerMessage(Level = LogLevel.Information, Message = "cni plugin {Plugin} ({Verb}): {Text}")]
    public static partial void PluginSaid(ILogger log, string plugin, string verb, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cni: what no sandbox has any more was not given back: {Reason}; the next start of the engine tries again")]
    public static partial void PluginsNotCollected(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cni: the network of sandbox {Sandbox} is not as its plugins made it: {Reason}")]
    public static partial void PluginCheckFailed(ILogger log, string sandbox, string reason);
}
