namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>What the scheduler says of a pod that it cannot place, where there is one node. Pure.</summary>
internal static class PendingMessage
{
    public const string NotHelpful = "0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    public const string NoVictims = "0/1 nodes are available: 1 No preemption victims found for incoming pod.";
    public const string NeverPreempts = "not eligible due to preemptionPolicy=Never.";
    public const string UnderWay = "not eligible due to a terminating pod on the nominated node.";

    /// <param name="misfit">Why the node does not take it.</param>
    /// <param name="preemption">Why no other is made to go for it; null where others are.</param>
    public static string Of(Misfit misfit, string? preemption) => Whole(Counted(misfit.Reasons), preemption);

    /// <summary>Of what keeps a pod from any node.</summary>
    public static string OfPod(string reason) => Whole(reason, NotHelpful);

    /// <summary>Of a node that would not take the pod if it were empty.</summary>
    public static string StillNot(Misfit misfit) => $"0/1 nodes are available: {Counted(misfit.Reasons)}.";

    private static string Whole(string reasons, string? preemption) =>
        $"0/1 nodes are available: {reasons}.{(preemption is null ? "" : $" no new claims to deallocate, preemption: {preemption}")}";

    private static string Counted(IEnumerable<string> reasons) => string.Join(", ", reasons.Order(StringComparer.Ordinal).Select(reason => $"1 {reason}"));
}
