using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Tls;

/// <summary>All that is logged of keys and certificates.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Information, Message = "new server certificate for {names}: {reason}")]
    public static partial void CertificateRenewed(ILogger log, string names, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "new certificate authority in {directory}")]
    public static partial void AuthorityMade(ILogger log, string directory);
}
