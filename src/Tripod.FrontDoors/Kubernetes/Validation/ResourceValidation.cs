using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Requests and limits.</summary>
internal static class ResourceValidation
{
    public static void Validate(JsonObject? resources, string path, FieldErrors errors)
    {
        var limits = Amounts(resources.Map("limits"), $"{path}.limits", errors);
        foreach (var (name, request) in Amounts(resources.Map("requests"), $"{path}.requests", errors))
        {
            if (limits.TryGetValue(name, out var limit))
            {
                if (request.CompareTo(limit) > 0)
                {
                    errors.Add(FieldError.Invalid(
                        $"{path}.requests", request.ToString(), $"must be less than or equal to {name} limit of {limit}"));
                }
                else if (IsExtended(name) && request.CompareTo(limit) != 0)
                {
                    errors.Add(FieldError.Invalid($"{path}.requests", request.ToString(), $"must be equal to {name} limit of {limit}"));
                }
            }
            else if (IsExtended(name))
            {
                errors.Add(FieldError.Required($"{path}.limits", "Limit must be set for non overcommitable resources"));
            }
        }
    }

    /// <summary>How much room: a quantity above zero.</summary>
    public static void ValidateStorage(JsonObject? list, string path, FieldErrors errors)
    {
        if (list?["storage"] is not { } value)
        {
            return;
        }
        if (!Quantity.TryParse(value.ToString(), out var amount))
        {
            errors.Add(FieldError.Invalid($"{path}[storage]", value, Quantity.Expected));
        }
        else if (amount.Nano.Sign <= 0)
        {
            errors.Add(FieldError.Invalid($"{path}[storage]", amount.ToString(), "must be greater than zero"));
        }
    }

    /// <summary>Amounts of a pod's resources, as its overhead has them.</summary>
    public static void ValidateAmounts(JsonObject? list, string path, FieldErrors errors) => Amounts(list, path, errors);

    private static Dictionary<string, Quantity> Amounts(JsonObject? list, string path, FieldErrors errors)
    {
        var amounts = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, value) in list ?? [])
        {
            var here = $"{path}[{name}]";
            if (!name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
            {
                errors.Add(FieldError.Invalid(here, name, "must be a standard resource type or fully qualified"));
                errors.Add(FieldError.Invalid(here, name, "must be a standard resource for containers"));
                continue;
            }
            errors.Invalid(here, name, NameRules.QualifiedName(name));
            if (!Quantity.TryParse(value?.ToString() ?? "", out var amount))
            {
                errors.Add(FieldError.Invalid(here, value, Quantity.Expected));
            }
            else if (amount.Nano.Sign < 0)
            {
                errors.Add(FieldError.Invalid(here, amount.ToString(), "must be greater than or equal to 0"));
            }
            else if (IsExtended(name) && !(amount.Nano % 1_000_000_000).IsZero)
            {
                errors.Add(FieldError.Invalid(here, amount.ToString(), "must be an integer"));
            }
            else
            {
                amounts[name] = amount;
            }
        }
        return amounts;
    }

    private static bool IsStandard(string name) =>
        name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);

    // Given whole or not at all.
    private static bool IsExtended(string name) => !IsStandard(name) || name.StartsWith("hugepages-", StringComparison.Ordinal);
}
