using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker version</c>.</summary>
internal sealed class ShowVersion(DockerParts parts)
{
    public Task RunAsync(DockerRequest request) => request.AnswerAsync(new JsonObject
    {
        ["Platform"] = new JsonObject { ["Name"] = "Tripod" },
        ["Components"] = new JsonArray(new JsonObject
        {
            ["Name"] = "Engine",
            ["Version"] = parts.Options.Version,
            ["Details"] = new JsonObject { ["ApiVersion"] = ApiVersion.Newest, ["MinAPIVersion"] = ApiVersion.Oldest, ["Os"] = "linux", ["Arch"] = Architecture() },
        }),
        ["Version"] = parts.Options.Version,
        ["ApiVersion"] = ApiVersion.Newest,
        ["MinAPIVersion"] = ApiVersion.Oldest,
        ["GitCommit"] = "",
        ["GoVersion"] = "",
        ["Os"] = "linux",
        ["Arch"] = Architecture(),
        ["KernelVersion"] = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
    });

    /// <summary>As Go, and therefore Docker, calls it.</summary>
    public static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
