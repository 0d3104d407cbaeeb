namespace Tripod.Serve;

/// <summary>How <c>tripod down</c> tells an engine that is about to end to take its pods with it.</summary>
internal static class DownRequest
{
    public static string PathIn(string run) => Path.Combine(run, "down");
}
