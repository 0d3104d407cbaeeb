using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>The upgrade to SPDY/3.1, which kubectl used alone up to 1.28 and falls back to.</summary>
internal static class SpdyUpgrade
{
    private const string Protocol = "SPDY/3.1", VersionHeader = "X-Stream-Protocol-Version";

    public static bool IsAsked(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && http.Request.Headers.Upgrade.ToString().Equals(Protocol, StringComparison.OrdinalIgnoreCase);

    /// <param name="protocols">What the streams mean, in order of preference.</param>
    /// <returns>Null when the client was refused, and told so.</returns>
    public static async Task<Stream?> AcceptAsync(HttpContext http, IReadOnlyList<string> protocols)
    {
        var offered = http.Request.Headers.GetCommaSeparatedValues(VersionHeader);
        var chosen = protocols.FirstOrDefault(protocol => offered.Contains(protocol, StringComparer.Ordinal));
        if (chosen is null)
        {
            await UpgradeRefusal.AnswerAsync(
                http, StatusCodes.Status403Forbidden, $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', protocols)}]").ConfigureAwait(false);
            return null;
        }

        http.Response.Headers.Upgrade = Protocol;
        http.Response.Headers[VersionHeader] = chosen;
        return await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
    }
}
