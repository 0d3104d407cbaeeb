using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What may not change of claims, volumes and classes: storage that is there does not become another by being called so.</summary>
internal static class StorageUpdateValidation
{
    private const string Immutable = "field is immutable";

    /// <summary>What a claim is may not change; only how much it asks for once it is bound, and the volume and class that it was given.</summary>
    public static void ValidateClaim(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        var (before, after) = ((JsonObject)(old.Map("spec") ?? []).DeepClone(), (JsonObject)(changed.Map("spec") ?? []).DeepClone());
        if (old.Map("status").Text("phase") == "Bound")
        {
            foreach (var spec in (JsonObject[])[before, after])
            {
                spec.Remove("resources");
                spec.Remove("volumeAttributesClassName");
            }
        }

        foreach (var given in ((string[])["volumeName", "storageClassName"]).Where(field => before.Text(field) is null or ""))
        {
            before.Remove(given);
            after.Remove(given);
        }

        if (!JsonNode.DeepEquals(before, after))
        {
            errors.Add(FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        }
    }

    public static void ValidateVolume(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(Source(old), Source(changed)))
        {
            errors.Add(FieldError.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation"));
        }

        Keep("spec.volumeMode", old.Map("spec").Text("volumeMode"), changed.Map("spec").Text("volumeMode"), errors);
    }

    public static void ValidateClass(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(old["parameters"], changed["parameters"]))
        {
            errors.Add(FieldError.Forbidden("parameters", "updates to parameters are forbidden."));
        }

        if (old.Text("provisioner") != changed.Text("provisioner"))
        {
            errors.Add(FieldError.Forbidden("provisioner", "updates to provisioner are forbidden."));
        }

        if (old.Text("reclaimPolicy") != changed.Text("reclaimPolicy"))
        {
            errors.Add(FieldError.Forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden."));
        }

        Keep("volumeBindingMode", old.Text("volumeBindingMode"), changed.Text("volumeBindingMode"), errors);
    }

    private static void Keep(string path, string? old, string? changed, FieldErrors errors)
    {
        if (old != changed)
        {
            errors.Add(FieldError.Invalid(path, changed ?? "", Immutable));
        }
    }

    private static JsonObject Source(JsonObject volume) =>
        new(StorageValidation.Sources(volume.Map("spec") ?? []).Select(source => KeyValuePair.Create(source.Key, source.Value?.DeepClone())));
}
