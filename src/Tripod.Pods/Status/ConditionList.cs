using System.Text.Json.Nodes;

namespace Tripod.Pods.Status;

/// <summary>The conditions of an object's status, as they stand (Kubernetes API conventions, "Typical status properties"). Pure.</summary>
internal static class ConditionList
{
    public static JsonObject? Find(JsonArray? conditions, string type) =>
        conditions?.OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == type);

    /// <summary>When a condition became what it is: the time that it bears where its status is the same, else now.</summary>
    /// <param name="before">As it stood; null: it did not.</param>
    /// <param name="status">What it is now.</param>
    /// <param name="now">As a status has times.</param>
    public static string? Since(JsonObject? before, string status, string now) =>
        (string?)before?["status"] == status ? (string?)before?["lastTransitionTime"] : now;

    /// <summary>Those of others, who report types of their own, copied.</summary>
    public static IEnumerable<JsonNode> OfOthers(JsonArray? before, IReadOnlyCollection<JsonObject> own) =>
        (before ?? []).OfType<JsonObject>().Where(condition => own.All(mine => (string?)mine["type"] != (string?)condition["type"])).Select(condition => condition.DeepClone());
}
