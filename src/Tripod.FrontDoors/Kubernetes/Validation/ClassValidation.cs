using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>RuntimeClass and PriorityClass.</summary>
internal static class ClassValidation
{
    private const long HighestOfUsers = 1_000_000_000;
    private const string Immutable = "field is immutable";

    /// <summary>The names under the reserved prefix that may be used, each with the one value that it stands for.</summary>
    private static readonly Dictionary<string, long> OfSystem = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    public static void ValidateRuntime(JsonObject runtimeClass, FieldErrors errors)
    {
        var handler = runtimeClass.Text("handler") ?? "";
        errors.Invalid("handler", handler, NameRules.Label(handler));
        ResourceValidation.ValidateAmounts(runtimeClass.Map("overhead").Map("podFixed"), "overhead.podFixed", errors);
        SchedulingValidation.ValidateChoice(runtimeClass.Map("scheduling"), "scheduling", errors);
    }

    public static void ValidateRuntimeUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (old.Text("handler") != changed.Text("handler"))
        {
            errors.Add(FieldError.Invalid("handler", changed.Text("handler") ?? "", Immutable));
        }
    }

    public static void ValidatePriority(JsonObject priorityClass, FieldErrors errors)
    {
        var (name, value) = (priorityClass.Map("metadata").Text("name") ?? "", priorityClass.Number("value") ?? 0);
        if (name.StartsWith("system-", StringComparison.Ordinal))
        {
            if (!OfSystem.TryGetValue(name, out var fixedValue))
            {
                errors.Add(FieldError.Forbidden("metadata.name", $"priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class"));
            }
            else if (value != fixedValue)
            {
                errors.Add(FieldError.Forbidden("metadata.name", $"priority class names with 'system-' prefix are reserved for system use only. error: value of {name} PriorityClass must be {fixedValue}"));
            }
        }
        else if (value > HighestOfUsers)
        {
            errors.Add(FieldError.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestOfUsers}"));
        }

        errors.OneOf(priorityClass, "preemptionPolicy", "", "Never", "PreemptLowerPriority");
    }

    public static void ValidatePriorityUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (old.Number("value") != changed.Number("value"))
        {
            errors.Add(FieldError.Forbidden("value", "may not be changed in an update."));
        }

        if (old.Text("preemptionPolicy") != changed.Text("preemptionPolicy"))
        {
            errors.Add(FieldError.Invalid("preemptionPolicy", changed.Text("preemptionPolicy") ?? "", Immutable));
        }
    }
}
