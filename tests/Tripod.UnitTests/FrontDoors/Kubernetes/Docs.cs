using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Schema;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

internal static class Docs
{
    public static KindSchema Kind(string kind, string apiVersion = "v1") =>
        SchemaRegistry.Find(apiVersion, kind) ?? throw new InvalidOperationException($"no schema of {apiVersion} {kind}");

    public static DecodedBody Decode(string json, FieldValidation mode = FieldValidation.Strict, string kind = "Pod") =>
        RequestBody.Decode("application/json", Encoding.UTF8.GetBytes(json), Kind(kind), mode);

    /// <summary>JSON with single quotes, for tables.</summary>
    public static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text.Replace('\'', '"'))!;

    public static void Same(string expected, JsonNode? actual) =>
        Assert.True(
            JsonNode.DeepEquals(Json(expected), actual),
            $"expected {Json(expected).ToJsonString()}\nactual   {actual?.ToJsonString()}");
}
