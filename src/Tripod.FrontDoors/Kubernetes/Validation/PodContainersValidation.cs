using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What a pod's containers must be to each other: one name each, one host port each.</summary>
internal static class PodContainersValidation
{
    public static void Validate(JsonObject spec, string path, IReadOnlySet<string> volumes, FieldErrors errors)
    {
        if (spec.List("containers") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.containers"));
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        var claimed = Claimed(spec);
        foreach (var list in (string[])["containers", "initContainers"])
        {
            var hostPorts = new HashSet<string>(StringComparer.Ordinal);
            var index = 0;
            foreach (var container in spec.Maps(list))
            {
                var here = string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index++}]");
                ContainerValidation.Validate(container, here, volumes, isInit: list == "initContainers", errors);
                ContainerLifeValidation.Validate(container, here, spec, isInit: list == "initContainers", errors);
                SecurityValidation.ValidateProcMount(container, spec, here, errors);
                DeviceValidation.Validate(container, here, volumes, claimed, errors);
                if (container.Text("name") is { Length: > 0 } name && !names.Add(name))
                {
                    errors.Add(FieldError.Duplicate($"{here}.name", name));
                }
                ValidateHostPorts(container, here, spec.Flag("hostNetwork") == true, hostPorts, errors);
            }
        }
    }

    /// <summary>The names of the volumes that have a claim behind them.</summary>
    internal static IReadOnlySet<string> Claimed(JsonObject spec) => spec.Maps("volumes")
        .Where(volume => volume.Map("persistentVolumeClaim") is not null || volume.Map("ephemeral") is not null)
        .Select(volume => volume.Text("name") ?? "").ToHashSet(StringComparer.Ordinal);

    private static void ValidateHostPorts(JsonObject container, string path, bool hostNetwork, HashSet<string> taken, FieldErrors errors)
    {
        var index = 0;
        foreach (var port in container.Maps("ports"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.ports[{index++}]");
            if (port.Number("hostPort") is not { } number || number == 0)
            {
                continue;
            }
            if (hostNetwork && port.Number("containerPort") is { } inside && inside != number)
            {
                errors.Add(FieldError.Invalid($"{here}.containerPort", inside, "must match `hostPort` when `hostNetwork` is true"));
            }
            var key = string.Create(CultureInfo.InvariantCulture, $"{port.Text("protocol")}/{port.Text("hostIP")}/{number}");
            if (!taken.Add(key))
            {
                errors.Add(FieldError.Duplicate($"{here}.hostPort", key));
            }
        }
    }
}
