using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>Times as the API writes them: whole seconds, UTC.</summary>
internal static class Timestamps
{
    public static string Of(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
