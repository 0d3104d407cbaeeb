namespace Tripod.Pods.Probes;

/// <summary>Counts results in a row against a probe's thresholds. Pure but for its count.</summary>
internal sealed class ProbeCount(int successThreshold, int failureThreshold)
{
    private bool? last;
    private int inARow;

    /// <returns>What the probe now says; null where too few in a row have said so.</returns>
    public bool? Add(bool success)
    {
        inARow = last == success ? inARow + 1 : 1;
        last = success;
        return inARow >= (success ? successThreshold : failureThreshold) ? success : null;
    }
}
