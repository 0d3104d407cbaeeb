using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>Building documents.</summary>
internal static class Json
{
    public static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);

    public static JsonArray Texts(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)JsonValue.Create(item))]);

    /// <summary>A list of texts, left out when there are none.</summary>
    public static void AddTexts(JsonObject document, string name, IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            document[name] = Texts(items);
        }
    }
}
