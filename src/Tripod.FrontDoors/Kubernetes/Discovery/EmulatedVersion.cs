using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>
/// The Kubernetes version that the door answers as. What it serves is the same in all of them, so it names the one its
/// client speaks; kubectl would warn of a version too far from its own otherwise.
/// </summary>
internal static class EmulatedVersion
{
    public const int Oldest = 30, Newest = 36, Default = 33;

    /// <param name="userAgent">For example <c>kubectl/v1.31.2 (linux/amd64) kubernetes/abcdef0</c>.</param>
    /// <returns>The minor version of Kubernetes 1.</returns>
    public static int Minor(string userAgent)
    {
        // The program may be named kubectl.1.31 or kubectl-something.
        var version = userAgent.IndexOf("/v1.", StringComparison.Ordinal);
        if (version < 0 || !userAgent.StartsWith("kubectl", StringComparison.Ordinal))
        {
            return Default;
        }

        var digits = userAgent.AsSpan(version + "/v1.".Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? Math.Clamp(minor, Oldest, Newest)
            : Default;
    }
}
