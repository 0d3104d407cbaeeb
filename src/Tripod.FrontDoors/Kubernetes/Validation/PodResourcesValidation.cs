using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Resources of a pod as a whole (KEP-2837): of which kinds, and how they stand to its containers'.</summary>
internal static class PodResourcesValidation
{
    private static readonly string[] Kinds = ["cpu", "memory"];

    public static void Validate(JsonObject spec, string path, FieldErrors errors)
    {
        if (spec.Map("resources") is not { } resources)
        {
            return;
        }

        var here = $"{path}.resources";
        foreach (var part in (string[])["requests", "limits"])
        {
            foreach (var (name, _) in resources.Map(part) ?? [])
            {
                if (!IsOfPods(name))
                {
                    errors.Add(FieldError.NotSupported($"{here}.{part}[{name}]", name, "cpu", "hugepages-", "memory"));
                }
            }
        }

        if (resources.List("claims") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{here}.claims", "claims may not be set for Resources at pod-level"));
        }

        ResourceValidation.Validate(resources, here, errors);
        ValidateRequests(spec, resources, here, errors);
        ValidateLimits(spec, resources, path, errors);
    }

    /// <summary>What the containers ask for at a time fits into what the pod asks for.</summary>
    private static void ValidateRequests(JsonObject spec, JsonObject resources, string path, FieldErrors errors)
    {
        foreach (var (name, value) in resources.Map("requests") ?? [])
        {
            if (Quantity.TryParse(value?.ToString() ?? "", out var whole) && ContainerRequests.Of(spec, name) is { } asked && asked.CompareTo(whole) > 0)
            {
                errors.Add(FieldError.Invalid($"{path}.requests[{name}]", whole.ToString(), $"must be greater than or equal to aggregate container requests of {asked}"));
            }
        }
    }

    private static void ValidateLimits(JsonObject spec, JsonObject resources, string path, FieldErrors errors)
    {
        foreach (var list in (string[])["containers", "initContainers"])
        {
            var index = 0;
            foreach (var container in spec.Maps(list))
            {
                var here = string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index++}].resources.limits");
                foreach (var (name, value) in container.Map("resources").Map("limits") ?? [])
                {
                    if (Quantity.TryParse(value?.ToString() ?? "", out var own)
                        && Quantity.TryParse(resources.Map("limits")?[name]?.ToString() ?? "", out var whole) && own.CompareTo(whole) > 0)
                    {
                        errors.Add(FieldError.Invalid(here, own.ToString(), $"must be less than or equal to pod limits of {whole}"));
                    }
                }
            }
        }
    }

    private static bool IsOfPods(string name) => Kinds.Contains(name) || name.StartsWith("hugepages-", StringComparison.Ordinal);
}
