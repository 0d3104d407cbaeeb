using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Pods.StaticPods;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What of a pod may change while it lives: images, and little else.</summary>
internal static class PodUpdateValidation
{
    private const string Mutable =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Validate(JsonObject oldPod, JsonObject newPod, FieldErrors errors)
    {
        var (old, changed) = (oldPod.Map("spec") ?? [], newPod.Map("spec") ?? []);
        foreach (var list in (string[])["containers", "initContainers"])
        {
            if ((old.List(list)?.Count ?? 0) != (changed.List(list)?.Count ?? 0))
            {
                errors.Add(FieldError.Forbidden($"spec.{list}", "pod updates may not add or remove containers"));
                return;
            }
        }
        ValidateMirror(oldPod, newPod, errors);
        ValidateDeadline(old, changed, errors);
        ValidateTolerations(old, changed, errors);
        var rest = WithoutMutable(old, changed);
        if (!JsonNode.DeepEquals(old, rest))
        {
            var places = new List<string>();
            Differences(old, rest, "spec", places);
            errors.Add(FieldError.Forbidden("spec",
                $"{Mutable}\n  changed: {string.Join(", ", places)}"
                + "\n  to change them, delete and create the pod again: kubectl replace --force -f <file>"));
        }
    }

    // The new spec with the old values where change is allowed: what still differs is not.
    private static JsonObject WithoutMutable(JsonObject old, JsonObject changed)
    {
        var rest = (JsonObject)changed.DeepClone();
        foreach (var list in (string[])["containers", "initContainers"])
        {
            foreach (var (before, after) in old.Maps(list).Zip(rest.Maps(list)))
            {
                Restore(before, after, "image");
            }
        }
        Restore(old, rest, "activeDeadlineSeconds");
        Restore(old, rest, "tolerations");
        if (old.Number("terminationGracePeriodSeconds") < 0 && changed.Number("terminationGracePeriodSeconds") == 1)
        {
            Restore(old, rest, "terminationGracePeriodSeconds");
        }
        if (old.List("schedulingGates") is { Count: > 0 } gates
            && changed.Maps("schedulingGates").All(g => gates.Any(o => JsonNode.DeepEquals(o, g))))
        {
            Restore(old, rest, "schedulingGates");
        }
        return rest;
    }

    private static void Restore(JsonObject old, JsonObject rest, string name)
    {
        if (old[name] is { } value)
        {
            rest[name] = value.DeepClone();
        }
        else
        {
            rest.Remove(name);
        }
    }

    private static void ValidateMirror(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        static string? Mirrored(JsonObject pod) => pod.Map("metadata").Map("annotations").Text(StaticPod.MirrorAnnotation);
        if (Mirrored(old) != Mirrored(changed))
        {
            errors.Add(FieldError.Forbidden(
                $"metadata.annotations[{StaticPod.MirrorAnnotation}]",
                Mirrored(old) is null ? "may not add mirror pod annotation" : "may not remove or update mirror pod annotation"));
        }
    }

    private static void ValidateDeadline(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (old.Number("activeDeadlineSeconds") is not { } before)
        {
            return;
        }
        if (changed.Number("activeDeadlineSeconds") is not { } after)
        {
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", (JsonNode?)null, "must not update from a positive integer to nil value"));
        }
        else if (after > before)
        {
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", after, "must be less than or equal to previous value"));
        }
    }

    private static void ValidateTolerations(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        foreach (var before in old.Maps("tolerations"))
        {
            if (!changed.Maps("tolerations").Any(after => SameButSeconds(before, after)))
            {
                errors.Add(FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
                return;
            }
        }
    }

    private static bool SameButSeconds(JsonObject left, JsonObject right) =>
        ((string[])["key", "operator", "value", "effect"]).All(n => (left.Text(n) ?? "") == (right.Text(n) ?? ""));

    private static void Differences(JsonNode? left, JsonNode? right, string path, List<string> places)
    {
        const int most = 10;
        if (places.Count >= most || JsonNode.DeepEquals(left, right))
        {
            return;
        }
        switch (left, right)
        {
            case (JsonObject a, JsonObject b):
                foreach (var name in a.Select(f => f.Key).Union(b.Select(f => f.Key), StringComparer.Ordinal))
                {
                    Differences(a[name], b[name], $"{path}.{name}", places);
                }
                break;
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                for (var i = 0; i < a.Count; i++)
                {
                    Differences(a[i], b[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), places);
                }
                break;
            default:
                places.Add(path);
                break;
        }
    }
}
