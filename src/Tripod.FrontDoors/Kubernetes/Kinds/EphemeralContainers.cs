using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>A pod's part <c>ephemeralcontainers</c>, by which <c>kubectl debug</c> adds a container to a pod that runs.</summary>
internal static class EphemeralContainers
{
    private const string Field = "ephemeralContainers";

    // A container that nobody waits for and that is never restarted has no use for these.
    private static readonly string[] NotAllowed = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules"];

    public static void Limit(JsonObject old, JsonObject changed)
    {
        var (wanted, owners) = (changed.Map("spec")?[Field]?.DeepClone(), changed.Map("metadata")?["managedFields"]?.DeepClone());
        changed.Clear();
        foreach (var (name, value) in old)
        {
            changed[name] = value?.DeepClone();
        }

        Put(changed.MapOrNew("spec"), Field, wanted);
        Put(changed.MapOrNew("metadata"), "managedFields", owners);
    }

    public static IReadOnlyList<FieldError> Validate(JsonObject old, JsonObject changed)
    {
        var errors = new FieldErrors();
        var (before, spec) = (old.Map("spec") ?? [], changed.Map("spec") ?? []);
        var others = spec.Maps("containers").Concat(spec.Maps("initContainers")).Select(container => container.Text("name")).ToHashSet(StringComparer.Ordinal);
        var targets = spec.Maps("containers").Select(container => container.Text("name")).ToHashSet(StringComparer.Ordinal);
        var volumes = spec.Maps("volumes").Select(volume => volume.Text("name") ?? "").ToHashSet(StringComparer.Ordinal);
        var claimed = PodContainersValidation.Claimed(spec);
        var index = 0;
        foreach (var container in spec.Maps(Field))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.{Field}[{index++}]");
            ContainerValidation.Validate(container, path, volumes, isInit: false, errors);
            DeviceValidation.Validate(container, path, volumes, claimed, errors);
            SecurityValidation.ValidateProcMount(container, spec, path, errors);
            if (container.Text("name") is { Length: > 0 } name && !others.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{path}.name", name));
            }

            if (container.Text("targetContainerName") is { Length: > 0 } target && !targets.Contains(target))
            {
                errors.Add(FieldError.NotFound($"{path}.targetContainerName", target));
            }

            foreach (var field in NotAllowed.Where(field => container[field] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } or JsonValue))
            {
                errors.Add(FieldError.Forbidden($"{path}.{field}", "cannot be set for an Ephemeral Container"));
            }

            foreach (var mount in container.Maps("volumeMounts").Where(mount => mount.Text("subPath") is { Length: > 0 } || mount.Text("subPathExpr") is { Length: > 0 }))
            {
                errors.Add(FieldError.Forbidden($"{path}.volumeMounts[{mount.Text("name")}].subPath", "cannot be set for an Ephemeral Container"));
            }
        }

        foreach (var kept in before.Maps(Field))
        {
            var now = spec.Maps(Field).FirstOrDefault(container => container.Text("name") == kept.Text("name"));
            if (now is null || !JsonNode.DeepEquals(kept, now))
            {
                errors.Add(FieldError.Forbidden($"spec.{Field}", now is null
                    ? $"existing ephemeral containers \"{kept.Text("name")}\" may not be removed"
                    : $"existing ephemeral containers \"{kept.Text("name")}\" may not be changed"));
            }
        }

        return errors.All;
    }

    private static void Put(JsonObject map, string name, JsonNode? value)
    {
        map.Remove(name);
        if (value is not null)
        {
            map[name] = value;
        }
    }
}
