using System.Text.Json;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Access modes as tables show them: <c>RWO,ROX</c>.</summary>
internal static class AccessModes
{
    private static readonly (string Mode, string Short)[] All =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    public static string[] Names { get; } = [.. All.Select(mode => mode.Mode)];

    public static string Short(JsonElement holder, params ReadOnlySpan<string> path)
    {
        var modes = holder.Items(path).Select(mode => mode.GetString()).ToHashSet(StringComparer.Ordinal);
        return string.Join(',', All.Where(known => modes.Contains(known.Mode)).Select(known => known.Short));
    }
}
