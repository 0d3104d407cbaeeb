using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>/version: the Kubernetes version whose behaviour is shown, marked as tripod's.</summary>
public static class VersionDocument
{
    public static JsonObject Make(string version)
    {
        var parts = version.TrimStart('v').Split('.');
        return new()
        {
            ["major"] = parts[0],
            ["minor"] = parts[1],
            ["gitVersion"] = $"{version}+tripod",
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "dotnet",
            ["platform"] = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux/arm64" : "linux/amd64",
        };
    }
}
