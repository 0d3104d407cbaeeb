using System.Net;

namespace Tripod.Linux.Networking;

/// <summary>A route of any table; the default route has prefix length 0.</summary>
public sealed record Route(IPAddress Destination, int PrefixLength)
{
    /// <summary>The interface it leads through, or 0.</summary>
    public int Interface { get; init; }

    public IPAddress? Gateway { get; init; }

    public override string ToString() => $"{Destination}/{PrefixLength}";

    internal static Route Read(ReadOnlySpan<byte> body)
    {
        var any = body[0] == RouteMessages.AF_INET6 ? IPAddress.IPv6Any : IPAddress.Any;
        var route = new Route(any, body[1]);
        var attributes = new NetlinkAttributes(body[12..]);
        while (attributes.Next())
        {
            route = attributes.Type switch
            {
                RouteMessages.RTA_DST => route with { Destination = attributes.AsAddress ?? any },
                RouteMessages.RTA_OIF => route with { Interface = attributes.AsInt32 },
                RouteMessages.RTA_GATEWAY => route with { Gateway = attributes.AsAddress },
                _ => route,
            };
        }

        return route;
    }
}
