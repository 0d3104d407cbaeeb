namespace Tripod.Pods.Handlers;

/// <summary>What came of asking a container something, for a probe or a hook.</summary>
internal enum HandlerOutcome
{
    Success,

    /// <summary>Good, with something to tell.</summary>
    Warning,
    Failure,

    /// <summary>It could not be asked at all.</summary>
    Error,
}

/// <param name="Output">For events: what the command printed, or what went wrong, in the kubelet's words.</param>
internal readonly record struct HandlerResult(HandlerOutcome Outcome, string Output)
{
    public bool Succeeded => Outcome is HandlerOutcome.Success or HandlerOutcome.Warning;

    public static HandlerResult Success(string output = "") => new(HandlerOutcome.Success, output);

    public static HandlerResult Failure(string output) => new(HandlerOutcome.Failure, output);
}
