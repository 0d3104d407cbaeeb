using System.Globalization;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>The filters <c>publish</c> and <c>expose</c>: <c>80</c>, <c>8000-8080/udp</c>. Pure.</summary>
internal static class PortFilter
{
    public static bool Takes(string filter, int port, string protocol)
    {
        var parts = filter.Split('/', 2);
        var ends = parts[0].Split('-', 2);
        if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            throw new DockerException(400, $"invalid filter: {filter} is no port");
        }

        return port >= first && port <= last && protocol == (parts.Length > 1 ? parts[1] : "tcp");
    }
}
