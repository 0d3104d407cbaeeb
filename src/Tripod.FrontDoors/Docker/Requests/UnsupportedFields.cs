using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Refuses, by name, what a client asks for and would not get. Pure.</summary>
internal static class UnsupportedFields
{
    private static readonly Dictionary<string, string> OfHost = new(StringComparer.Ordinal)
    {
        ["VolumeDriver"] = "only the driver local is there",
        ["StorageOpt"] = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option; limit what a container writes with a volume of its own",
        ["Isolation"] = "there is no isolation but namespaces",
        ["DeviceRequests"] = "",
    };

    private static readonly string[] LogDrivers = ["", "json-file", "local", "k8s-file", "none"];

    public static void Refuse(JsonObject body, JsonObject host)
    {
        foreach (var (name, way) in OfHost)
        {
            if (!IsEmpty(host[name]) && !(name == "VolumeDriver" && host.Text(name) == "local") && !(name == "Isolation" && host.Text(name) == "default"))
            {
                throw new DockerException(400, name switch { "DeviceRequests" => NoDriver(host), "StorageOpt" => way, _ => $"{name} is not supported by tripod: {way}" });
            }
        }

        var driver = host.Object("LogConfig").Text("Type");
        if (!LogDrivers.Contains(driver))
        {
            throw new DockerException(400, $"logger: no log driver named '{driver}' is registered; tripod has json-file, local and none");
        }

        foreach (var (option, value) in host.Object("LogConfig").Map("Config"))
        {
            if (option is not ("max-size" or "max-file" or "mode" or "compress" or "labels" or "env" or "tag"))
            {
                throw new DockerException(400, $"unknown log opt '{option}' for json-file log driver");
            }

            if (option == "max-file" && (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var files) || files < 1))
            {
                throw new DockerException(400, $"invalid value for max-file: {value}: at least one file is kept");
            }

            if (option == "max-size" && ByteSize.Parse(value) is null)
            {
                throw new DockerException(400, $"invalid value for max-size: {value}");
            }
        }

        if (body.Flag("NetworkDisabled"))
        {
            host["NetworkMode"] = "none";
        }
    }

    /// <summary>In Docker's words where the machine has no such driver.</summary>
    private static string NoDriver(JsonObject host)
    {
        var request = host.Objects("DeviceRequests").FirstOrDefault();
        var capabilities = request?["Capabilities"] is JsonArray sets ? string.Join(' ', sets.OfType<JsonArray>().Select(set => $"[{string.Join(' ', set)}]")) : "";
        return $"could not select device driver \"{request.Text("Driver")}\" with capabilities: [{capabilities}]";
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
