using System.Text.Json.Nodes;
using Tripod.Pods.Status;

namespace Tripod.Pods.Cluster;

/// <summary>The shell of an object that the engine itself creates.</summary>
internal static class NewObject
{
    public static JsonObject Make(string kind, string? @namespace, string name, DateTimeOffset now)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ContainerStates.Time(now);
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = metadata };
    }
}
