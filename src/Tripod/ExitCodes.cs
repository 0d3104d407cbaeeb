namespace Tripod;

/// <summary>What the program ends with, other than 0 and the code of a command in a container.</summary>
internal static class ExitCodes
{
    public const int Failure = 1;

    /// <summary>Of <c>tripod check</c>: something is damaged and still is.</summary>
    public const int Damaged = 2;

    /// <summary>128 and SIGINT, as shells say it.</summary>
    public const int Interrupted = 130;
}
