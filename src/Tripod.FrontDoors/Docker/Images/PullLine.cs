using System.Text.Json.Nodes;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>One step of a layer as Docker's stream tells it. Pure.</summary>
internal static class PullLine
{
    private const int ShownDigits = 12;

    public static JsonObject Of(PullProgress layer)
    {
        var detail = new JsonObject();
        if (layer.Status is "Downloading" or "Extracting")
        {
            detail["current"] = layer.Current;
            if (layer.Total > 0)
            {
                detail["total"] = layer.Total;
            }
        }

        var digits = layer.LayerDigest[(layer.LayerDigest.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return new() { ["status"] = layer.Status, ["progressDetail"] = detail, ["id"] = digits[..Math.Min(ShownDigits, digits.Length)] };
    }
}
