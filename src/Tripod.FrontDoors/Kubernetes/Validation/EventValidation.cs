using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>An event stands in the namespace of what it is about; those about what has none stand in default.</summary>
internal static class EventValidation
{
    public static void Validate(JsonObject happening, FieldErrors errors)
    {
        var space = happening.Map("metadata").Text("namespace") ?? "";
        var about = happening.Map("involvedObject").Text("namespace") ?? "";
        if (about.Length == 0 ? space is not ("" or "default") : about != space)
        {
            errors.Add(FieldError.Invalid("involvedObject.namespace", about, "does not match event.namespace"));
        }
    }
}
