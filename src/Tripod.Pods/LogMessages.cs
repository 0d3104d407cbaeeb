using Microsoft.Extensions.Logging;

namespace Tripod.Pods;

/// <summary>All that the pod engine logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "event {Reason} was not written")]
    public static partial void EventNotWritten(ILogger log, string reason, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "pod {Pod}: {Message}; tried again in {Delay}")]
    public static partial void PodFailed(ILogger log, string pod, string message, TimeSpan delay, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "pod {Pod}: {Step}")]
    public static partial void PodStepBegun(ILogger log, string pod, string step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "watch of {Prefix} fell behind and begins again")]
    public static partial void WatchBeginsAgain(ILogger log, string prefix);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} failed; tried again at the next change")]
    public static partial void ControllerFailed(ILogger log, string controller, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "sandbox {Sandbox} of pod {Pod} belongs to no pod any more and is removed")]
    public static partial void OrphanRemoved(ILogger log, string sandbox, string pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Pod} is evicted: {Message}")]
    public static partial void PodEvicted(ILogger log, string pod, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "this machine is low on {Resource}, and there is no pod to evict for it")]
    public static partial void NothingToEvict(ILogger log, string resource);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node status is now: {Condition}")]
    public static partial void NodeConditionTurned(ILogger log, string condition);

    [LoggerMessage(Level = LogLevel.Information, Message = "image {Image} is removed to make room ({Bytes} bytes): unused since {LastUsed}")]
    public static partial void ImageCollected(ILogger log, string image, long bytes, DateTimeOffset lastUsed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Name}: {Problem}")]
    public static partial void StandaloneFailed(ILogger log, string name, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is removed: what owned it is gone")]
    public static partial void OwnerGone(ILogger log, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "limits of cgroup {Cgroup} were not written")]
    public static partial void ClassNotLimited(ILogger log, string cgroup, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "static pod file {File}: {Message}")]
    public static partial void ManifestFault(ILogger log, string file, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Pod}: {Message}")]
    public static partial void HookFailed(ILogger log, string pod, string message);
}
