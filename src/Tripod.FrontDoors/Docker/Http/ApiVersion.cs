using System.Globalization;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>Versions of the Engine API: what is served, and how a path names one (<c>/v1.44/info</c>).</summary>
internal static class ApiVersion
{
    public const string Newest = "1.51", Oldest = "1.24";
    private const int NewestMinor = 51, OldestMinor = 24;

    /// <summary>The path without its version.</summary>
    /// <exception cref="DockerException">400, as Docker says it, for one that is not served.</exception>
    public static string Strip(string path)
    {
        if (!path.StartsWith("/v1.", StringComparison.Ordinal) || path.IndexOf('/', 1) is not (> 4 and var end)
            || !int.TryParse(path.AsSpan(4, end - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return path;
        }

        return minor switch
        {
            > NewestMinor => throw new DockerException(400, $"client version 1.{minor} is too new. Maximum supported API version is {Newest}"),
            < OldestMinor => throw new DockerException(400, $"client version 1.{minor} is too old. Minimum supported API version is {Oldest}, please upgrade your client to a newer version"),
            _ => path[end..],
        };
    }
}
