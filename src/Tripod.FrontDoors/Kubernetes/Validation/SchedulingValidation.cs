using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Where a pod may run: node selector, tolerations, affinity.</summary>
internal static class SchedulingValidation
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static void Validate(JsonObject spec, string path, FieldErrors errors)
    {
        MetadataValidation.ValidateLabels(spec.Map("nodeSelector"), $"{path}.nodeSelector", errors);
        var index = 0;
        foreach (var toleration in spec.Maps("tolerations"))
        {
            ValidateToleration(toleration, $"{path}.tolerations[{index++}]", errors);
        }
        ValidateNodeAffinity(spec.Map("affinity").Map("nodeAffinity"), $"{path}.affinity.nodeAffinity", errors);
        foreach (var name in (string[])["podAffinity", "podAntiAffinity"])
        {
            ValidatePodAffinity(spec.Map("affinity").Map(name), $"{path}.affinity.{name}", errors);
        }
        index = 0;
        foreach (var constraint in spec.Maps("topologySpreadConstraints"))
        {
            var here = $"{path}.topologySpreadConstraints[{index++}]";
            errors.Required(constraint, "topologyKey", here, "can not be empty");
            if (constraint.Number("maxSkew") is not > 0)
            {
                errors.Add(FieldError.Invalid($"{here}.maxSkew", constraint["maxSkew"] ?? 0, "must be greater than zero"));
            }
            if (errors.Required(constraint, "whenUnsatisfiable", here) is not null)
            {
                errors.OneOf(constraint, "whenUnsatisfiable", here, "DoNotSchedule", "ScheduleAnyway");
            }
            ValidateSpread(constraint, here, errors);
        }
    }

    private static void ValidateSpread(JsonObject constraint, string path, FieldErrors errors)
    {
        if (constraint.Number("minDomains") is { } least)
        {
            if (least <= 0)
            {
                errors.Add(FieldError.Invalid($"{path}.minDomains", least, "must be greater than 0"));
            }
            if (constraint.Text("whenUnsatisfiable") != "DoNotSchedule")
            {
                errors.Add(FieldError.Invalid(
                    $"{path}.minDomains", least, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway"));
            }
        }
        errors.OneOf(constraint, "nodeAffinityPolicy", path, "Honor", "Ignore");
        errors.OneOf(constraint, "nodeTaintsPolicy", path, "Honor", "Ignore");
        ValidateSelector(constraint.Map("labelSelector"), $"{path}.labelSelector", errors);
        ValidateLabelKeys(constraint, "matchLabelKeys", path, errors);
    }

    private static void ValidateSelector(JsonObject? selector, string path, FieldErrors errors)
    {
        MetadataValidation.ValidateLabels(selector.Map("matchLabels"), $"{path}.matchLabels", errors);
        ValidateExpressions(selector, path, ["In", "NotIn", "Exists", "DoesNotExist"], errors);
    }

    /// <summary>Keys whose values are taken from the pod itself: they need a selector to be added to.</summary>
    private static void ValidateLabelKeys(JsonObject holder, string name, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var key in holder.Texts(name))
        {
            errors.Invalid($"{path}.{name}[{index++}]", key, NameRules.QualifiedName(key));
        }
        if (index > 0 && holder.Map("labelSelector") is null)
        {
            errors.Add(FieldError.Forbidden($"{path}.{name}", "must not be specified when labelSelector is not set"));
        }
    }

    /// <summary>What a RuntimeClass asks of the nodes for its pods.</summary>
    public static void ValidateChoice(JsonObject? scheduling, string path, FieldErrors errors)
    {
        MetadataValidation.ValidateLabels(scheduling.Map("nodeSelector"), $"{path}.nodeSelector", errors);
        var seen = new List<JsonObject>();
        foreach (var toleration in scheduling.Maps("tolerations"))
        {
            var here = $"{path}.tolerations[{seen.Count}]";
            ValidateToleration(toleration, here, errors);
            if (seen.Exists(known => JsonNode.DeepEquals(known, toleration)))
            {
                errors.Add(FieldError.Duplicate(here, toleration.DeepClone()));
            }

            seen.Add(toleration);
        }
    }

    private static void ValidateToleration(JsonObject toleration, string path, FieldErrors errors)
    {
        var key = toleration.Text("key") ?? "";
        var kind = toleration.Text("operator") ?? "";
        if (key.Length > 0)
        {
            errors.Invalid($"{path}.key", key, NameRules.QualifiedName(key));
        }
        else if (kind != "Exists")
        {
            errors.Add(FieldError.Invalid(
                $"{path}.operator", kind, "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        }
        if (toleration.Number("tolerationSeconds") is not null && toleration.Text("effect") != "NoExecute")
        {
            errors.Add(FieldError.Invalid(
                $"{path}.effect", toleration.Text("effect") ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        }
        var value = toleration.Text("value") ?? "";
        switch (kind)
        {
            case "" or "Equal":
                errors.Invalid($"{path}.operator", value, NameRules.LabelValue(value));
                break;
            case "Exists":
                if (value.Length > 0)
                {
                    errors.Add(FieldError.Invalid($"{path}.operator", value, "value must be empty when `operator` is 'Exists'"));
                }
                break;
            default:
                errors.OneOf(toleration, "operator", path, "Equal", "Exists", "Lt", "Gt");
                break;
        }
        errors.OneOf(toleration, "effect", path, Effects);
    }

    private static void ValidateNodeAffinity(JsonObject? affinity, string path, FieldErrors errors)
    {
        if (affinity.Map("requiredDuringSchedulingIgnoredDuringExecution") is { } required)
        {
            var here = $"{path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
            if (required.List("nodeSelectorTerms") is not { Count: > 0 })
            {
                errors.Add(FieldError.Required(here, "must have at least one node selector term"));
            }
            var index = 0;
            foreach (var term in required.Maps("nodeSelectorTerms"))
            {
                ValidateExpressions(term, $"{here}[{index++}]", ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"], errors);
            }
        }
        var place = 0;
        foreach (var preferred in affinity.Maps("preferredDuringSchedulingIgnoredDuringExecution"))
        {
            var here = $"{path}.preferredDuringSchedulingIgnoredDuringExecution[{place++}]";
            ValidateWeight(preferred, here, errors);
            ValidateExpressions(preferred.Map("preference"), $"{here}.preference", ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"], errors);
        }
    }

    private static void ValidatePodAffinity(JsonObject? affinity, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var term in affinity.Maps("requiredDuringSchedulingIgnoredDuringExecution"))
        {
            ValidateTerm(term, $"{path}.requiredDuringSchedulingIgnoredDuringExecution[{index++}]", errors);
        }
        index = 0;
        foreach (var preferred in affinity.Maps("preferredDuringSchedulingIgnoredDuringExecution"))
        {
            var here = $"{path}.preferredDuringSchedulingIgnoredDuringExecution[{index++}]";
            ValidateWeight(preferred, here, errors);
            ValidateTerm(preferred.Map("podAffinityTerm") ?? [], $"{here}.podAffinityTerm", errors);
        }
    }

    private static void ValidateTerm(JsonObject term, string path, FieldErrors errors)
    {
        if (errors.Required(term, "topologyKey", path, "can not be empty") is { } key)
        {
            errors.Invalid($"{path}.topologyKey", key, NameRules.QualifiedName(key));
        }
        ValidateSelector(term.Map("labelSelector"), $"{path}.labelSelector", errors);
        ValidateSelector(term.Map("namespaceSelector"), $"{path}.namespaceSelector", errors);
        foreach (var space in term.Texts("namespaces"))
        {
            errors.Invalid($"{path}.namespaces", space, NameRules.Label(space));
        }
        ValidateLabelKeys(term, "matchLabelKeys", path, errors);
        ValidateLabelKeys(term, "mismatchLabelKeys", path, errors);
    }

    private static void ValidateWeight(JsonObject preferred, string path, FieldErrors errors)
    {
        if (preferred.Number("weight") is not (>= 1 and <= 100))
        {
            errors.Add(FieldError.Invalid($"{path}.weight", preferred["weight"] ?? 0, "must be in the range 1-100"));
        }
    }

    private static void ValidateExpressions(JsonObject? holder, string path, string[] operators, FieldErrors errors)
    {
        var index = 0;
        foreach (var expression in holder.Maps("matchExpressions"))
        {
            var here = $"{path}.matchExpressions[{index++}]";
            var key = expression.Text("key") ?? "";
            errors.Invalid($"{here}.key", key, NameRules.QualifiedName(key));
            var values = expression.List("values")?.Count ?? 0;
            switch (expression.Text("operator"))
            {
                case "In" or "NotIn" when values == 0:
                    errors.Add(FieldError.Required($"{here}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
                    break;
                case "Exists" or "DoesNotExist" when values > 0:
                    errors.Add(FieldError.Forbidden($"{here}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                    break;
                case "Gt" or "Lt" when values != 1 && operators.Contains("Gt"):
                    errors.Add(FieldError.Required($"{here}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                    break;
                case var other when !operators.Contains(other):
                    errors.Add(FieldError.Invalid($"{here}.operator", other ?? "", "not a valid selector operator"));
                    break;
            }
        }
    }
}
