using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>What <c>kubectl version</c> shows of the server.</summary>
internal static class VersionDocument
{
    public static JsonObject Make(string ownVersion, string buildDate, string userAgent)
    {
        var minor = $"{EmulatedVersion.Minor(userAgent)}";
        return new()
        {
            ["major"] = "1",
            ["minor"] = minor,
            ["gitVersion"] = $"v1.{minor}.0+tripod-{ownVersion}",
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = buildDate,
            ["goVersion"] = "",
            ["compiler"] = "dotnet",
            ["platform"] = $"linux/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}",
        };
    }
}
