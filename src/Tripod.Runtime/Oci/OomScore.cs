using System.Globalization;

namespace Tripod.Runtime.Oci;

/// <summary>oom_score_adj (proc_pid_oom_score_adj(5)): going below one's own takes CAP_SYS_RESOURCE.</summary>
internal static class OomScore
{
    private static readonly Lazy<int> Least = new(() =>
        Capabilities.Bounding().Contains("CAP_SYS_RESOURCE")
            ? -1000
            : int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture));

    public static int? Clamp(int? wanted) => wanted is { } score ? Math.Max(score, Least.Value) : null;
}
