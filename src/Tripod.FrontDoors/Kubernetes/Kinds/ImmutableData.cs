using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>What <c>immutable: true</c> means for ConfigMaps and Secrets.</summary>
internal static class ImmutableData
{
    private const string Why = "field is immutable when `immutable` is set";

    public static IReadOnlyList<FieldError> Check(JsonObject old, JsonObject updated)
    {
        var errors = new List<FieldError>();
        if ((bool?)old["immutable"] == true)
        {
            if ((bool?)updated["immutable"] != true)
            {
                errors.Add(FieldError.Forbidden("immutable", Why));
            }

            errors.AddRange(((string[])["data", "binaryData"]).Where(field => !JsonNode.DeepEquals(old[field], updated[field])).Select(field => FieldError.Forbidden(field, Why)));
        }

        return errors;
    }
}
