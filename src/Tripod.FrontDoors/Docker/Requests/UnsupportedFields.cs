using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Refuses, by name, what a client asks for and would not get. Pure.</summary>
internal static class UnsupportedFields
{
    private static readonly Dictionary<string, string> OfHost = new(StringComparer.Ordinal)
    {
        ["Links"] = "connect both containers to a network of their own: names resolve there",
        ["VolumesFrom"] = "name the volumes themselves with -v",
        ["OomKillDisable"] = "a container that may not be killed takes the machine with it",
        ["MemoryReservation"] = "give a limit with --memory",
        ["KernelMemory"] = "the kernel has no such limit any more",
        ["VolumeDriver"] = "only the driver local is there",
        ["StorageOpt"] = "the storage driver has no options",
        ["DeviceCgroupRules"] = "name the devices with --device",
        ["Isolation"] = "there is no isolation but namespaces",
        ["ContainerIDFile"] = "",
    };

    private static readonly string[] LogDrivers = ["", "json-file", "local", "k8s-file"];

    public static void Refuse(JsonObject body, JsonObject host)
    {
        foreach (var (name, way) in OfHost)
        {
            if (way.Length > 0 && !IsEmpty(host[name]) && !(name == "VolumeDriver" && host.Text(name) == "local") && !(name == "Isolation" && host.Text(name) == "default"))
            {
                throw new DockerException(400, $"{name} is not supported by tripod: {way}");
            }
        }

        var driver = host.Object("LogConfig").Text("Type");
        if (!LogDrivers.Contains(driver))
        {
            throw new DockerException(400, $"logger: no log driver named '{driver}' is registered; tripod has json-file");
        }

        foreach (var (option, value) in host.Object("LogConfig").Map("Config"))
        {
            if (option is not ("max-size" or "max-file" or "mode" or "compress" or "labels" or "env" or "tag"))
            {
                throw new DockerException(400, $"unknown log opt '{option}' for json-file log driver");
            }

            if (option == "max-size" && ByteSize.Parse(value) is null)
            {
                throw new DockerException(400, $"invalid value for max-size: {value}");
            }
        }

        if (host.OptionalNumber("MemorySwappiness") is >= 0)
        {
            throw new DockerException(400, "MemorySwappiness is not supported by tripod: leave it out");
        }

        if (body.Flag("NetworkDisabled"))
        {
            host["NetworkMode"] = "none";
        }
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject map => map.Count == 0,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => ((string?)value)!.Length == 0,
            JsonValueKind.Number => value.ToJsonString() == "0",
            JsonValueKind.True => false,
            _ => true,
        },
        _ => false,
    };
}
