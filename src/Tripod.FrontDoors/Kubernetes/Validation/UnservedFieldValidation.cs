using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>
/// Fields that ask for what no part of this engine can give. A pod that was let in with one of them would wait for ever, or
/// run without what it counts on; so it is told at once, with the way out.
/// </summary>
internal static class UnservedFieldValidation
{
    private const string NoClaims =
        "devices are not allocated by resource.k8s.io claims here: give a privileged container the device as a hostPath volume, or leave the claim out";

    private const string NoGroups =
        "pods are not scheduled in groups here: leave the field out, the one node takes each pod by itself";

    /// <summary>Also of a claim's template in a pod.</summary>
    public static void ValidateClaim(JsonObject spec, string path, FieldErrors errors)
    {
        foreach (var field in ((string[])["dataSource", "dataSourceRef"]).Where(field => spec.Map(field) is not null))
        {
            errors.Add(FieldError.Forbidden($"{path}.{field}", "volumes are made empty here, there are no snapshots and no clones: leave it out, and fill the volume from a pod"));
        }
        if (spec.Text("volumeAttributesClassName") is { Length: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.volumeAttributesClassName", "there are no VolumeAttributesClasses here: leave it out"));
        }
    }

    public static void Validate(JsonObject spec, string path, FieldErrors errors)
    {
        if (spec.List("resourceClaims") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.resourceClaims", NoClaims));
        }
        if (spec.Map("resources").List("claims") is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"{path}.resources.claims", NoClaims));
        }
        foreach (var list in (string[])["containers", "initContainers"])
        {
            var index = 0;
            foreach (var container in spec.Maps(list))
            {
                var here = string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index++}].resources.claims");
                if (container.Map("resources").List("claims") is { Count: > 0 })
                {
                    errors.Add(FieldError.Forbidden(here, NoClaims));
                }
            }
        }
        if (spec.Map("schedulingGroup") is not null)
        {
            errors.Add(FieldError.Forbidden($"{path}.schedulingGroup", NoGroups));
        }
    }
}
