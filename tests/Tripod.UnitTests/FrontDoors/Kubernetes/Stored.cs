using System.Text;
using System.Text.Json;
using Tripod.Store;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

/// <summary>Objects as the store holds them, from JSON with single quotes.</summary>
internal static class Stored
{
    public static StoredObject Of(string json, long revision = 1, string key = "/registry/configmaps/default/a") =>
        new(key, revision, Encoding.UTF8.GetBytes(json.Replace('\'', '"')));

    public static JsonElement Element(string json) => JsonDocument.Parse(json.Replace('\'', '"')).RootElement;
}
