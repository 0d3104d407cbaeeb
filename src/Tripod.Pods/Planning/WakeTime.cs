namespace Tripod.Pods.Planning;

/// <summary>The earliest of the moments that something has to wait for.</summary>
internal sealed class WakeTime(DateTimeOffset now)
{
    public DateTimeOffset? At { get; private set; }

    /// <summary>Whether the moment is still to come.</summary>
    public bool WaitsFor(DateTimeOffset? moment)
    {
        if (moment is not { } then || then <= now)
        {
            return false;
        }

        At = At is null || then < At ? then : At;
        return true;
    }
}
