using Tripod.Linux.Processes;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Oci;

/// <summary>Resource limits of a process (getrlimit(2)), as far as the engine may give them: without CAP_SYS_RESOURCE nobody gets more than the engine has.</summary>
internal static class Rlimits
{
    public static (string Type, ulong Hard, ulong Soft) Clamp(ContainerRlimit asked)
    {
        var most = MayRaise.Value ? ulong.MaxValue : ResourceLimit.Hard(asked.Type) ?? ulong.MaxValue;
        var hard = Math.Min(asked.Hard, most);
        return (asked.Type, hard, Math.Min(asked.Soft, hard));
    }

    private static readonly Lazy<bool> MayRaise = new(() => Capabilities.Bounding().Contains("CAP_SYS_RESOURCE"));
}
