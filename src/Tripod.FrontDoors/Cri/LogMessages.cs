using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Cri;

/// <summary>All that the CRI door logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "cri: {Method} failed")]
    public static partial void CallFailed(ILogger log, string method, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cri: the kubelet's pod CIDR {Asked} is not used: pods get their addresses from {Own} (--pod-cidr)")]
    public static partial void OtherCidr(ILogger log, string asked, string own);
}
