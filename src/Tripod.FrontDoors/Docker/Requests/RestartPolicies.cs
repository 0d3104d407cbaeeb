using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Pods.Standalone;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's RestartPolicy. Pure.</summary>
internal static class RestartPolicies
{
    /// <exception cref="DockerException">400, in Docker's words.</exception>
    public static RestartPolicy Of(JsonObject host)
    {
        var json = host.Object("RestartPolicy");
        var (name, retries) = (json.Text("Name"), (int)json.Number("MaximumRetryCount"));
        return name switch
        {
            "on-failure" when retries < 0 => throw new DockerException(400, "invalid restart policy: maximum retry count cannot be negative"),
            "on-failure" => new(name, retries),
            "" or "no" or "always" or "unless-stopped" when retries != 0 => throw new DockerException(400, "invalid restart policy: maximum retry count can only be used with 'on-failure'"),
            "" or "no" => new(),
            "always" or "unless-stopped" => new(name),
            _ => throw new DockerException(400, $"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"),
        };
    }
}
