using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What a resize of a pod may change: cpu and memory of what runs on, and never the pod's quality of service.</summary>
internal static class PodResizeValidation
{
    private const string Mirror = "kubernetes.io/config.mirror";

    private static readonly string[] Mutable = ["cpu", "memory"], Parts = ["requests", "limits"];

    /// <param name="old">As stored.</param>
    /// <param name="changed">The same but for resources and resize policies, or with other containers.</param>
    public static IReadOnlyList<FieldError> Validate(JsonObject old, JsonObject changed)
    {
        var errors = new FieldErrors();
        var (before, spec) = (old.Map("spec") ?? [], changed.Map("spec") ?? []);
        PodValidation.ValidateSpec(spec, "spec", errors);
        if (old.Map("metadata").Map("annotations")?.ContainsKey(Mirror) == true)
        {
            return [FieldError.Forbidden("", "static pods cannot be resized")];
        }

        if (ValidateNames(before, spec) is { Count: > 0 } others)
        {
            return others;
        }

        if (Qos(old) != PodQuality.Of(changed))
        {
            errors.Add(FieldError.Invalid("spec", old.Map("status").Text("qosClass") ?? "", "Pod QOS Class may not change as a result of resizing"));
        }

        ValidateRemoval(before.Map("resources"), spec.Map("resources"), "spec.resources", errors);
        ValidateContainers(before, spec, errors);
        if (errors.All.Count == 0 && !SameButAmounts(before.Map("resources"), spec.Map("resources")))
        {
            errors.Add(FieldError.Forbidden("spec", "only cpu and memory resources are mutable"));
        }

        return errors.All;
    }

    private static List<FieldError> ValidateNames(JsonObject before, JsonObject spec)
    {
        var errors = new List<FieldError>();
        foreach (var list in (string[])["containers", "initContainers"])
        {
            var (old, now) = (before.Maps(list).ToList(), spec.Maps(list).ToList());
            if (old.Count != now.Count)
            {
                errors.Add(FieldError.Forbidden($"spec.{list}", $"{list} may not be added or removed on resize"));
                continue;
            }

            errors.AddRange(now.Index().Where(one => one.Item.Text("name") != old[one.Index].Text("name"))
                .Select(one => FieldError.Forbidden(string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{one.Index}].name"), $"{list} may not be renamed or reordered on resize")));
        }

        return errors;
    }

    private static void ValidateContainers(JsonObject before, JsonObject spec, FieldErrors errors)
    {
        foreach (var list in (string[])["initContainers", "containers"])
        {
            var index = 0;
            foreach (var (old, now) in before.Maps(list).Zip(spec.Maps(list)))
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{index++}].resources");
                var isOnce = list == "initContainers" && old.Text("restartPolicy") != "Always";
                if (isOnce)
                {
                    if (!JsonNode.DeepEquals(old, now))
                    {
                        errors.Add(FieldError.Forbidden("spec", "resources for non-sidecar init containers are immutable"));
                    }

                    continue;
                }

                ValidateRemoval(old.Map("resources"), now.Map("resources"), path, errors);
                if (!SameButAmounts(old.Map("resources"), now.Map("resources")) || !JsonNode.DeepEquals(old["resizePolicy"], now["resizePolicy"]))
                {
                    errors.Add(FieldError.Forbidden("spec", list == "containers" ? "only cpu and memory resources are mutable" : "only cpu and memory resources for sidecar containers are mutable"));
                }
            }
        }
    }

    /// <summary>What has been asked for, or limited, stays so: by other amounts.</summary>
    private static void ValidateRemoval(JsonObject? old, JsonObject? now, string path, FieldErrors errors)
    {
        foreach (var part in Parts.Where(part => (old.Map(part) ?? []).Any(amount => now.Map(part)?.ContainsKey(amount.Key) != true)))
        {
            errors.Add(FieldError.Forbidden($"{path}.{part}", $"resource {part} cannot be removed"));
        }
    }

    /// <summary>Nothing differs but amounts of cpu and memory.</summary>
    private static bool SameButAmounts(JsonObject? old, JsonObject? now) =>
        JsonNode.DeepEquals(old?["claims"], now?["claims"])
        && Parts.All(part => Same(old.Map(part) ?? [], now.Map(part) ?? []));

    private static bool Same(JsonObject old, JsonObject now) =>
        old.Select(amount => amount.Key).Union(now.Select(amount => amount.Key)).Except(Mutable).All(name => old.ContainsKey(name) && now.ContainsKey(name) && SameAmount(old[name], now[name]));

    private static bool SameAmount(JsonNode? one, JsonNode? other) =>
        Quantity.TryParse(one?.ToString() ?? "", out var left) && Quantity.TryParse(other?.ToString() ?? "", out var right) && left.CompareTo(right) == 0;

    /// <summary>As the status says; before there is one, as the spec does.</summary>
    private static string Qos(JsonObject pod) => pod.Map("status").Text("qosClass") is { Length: > 0 } known ? known : PodQuality.Of(pod);
}
