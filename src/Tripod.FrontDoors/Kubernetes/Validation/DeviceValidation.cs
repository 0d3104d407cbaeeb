using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A container's <c>volumeDevices</c>: claimed volumes that it gets as block devices.</summary>
internal static class DeviceValidation
{
    /// <param name="container">Whose mounts have been looked at.</param>
    /// <param name="claimed">The pod's volumes that have a claim behind them.</param>
    public static void Validate(JsonObject container, string path, IReadOnlySet<string> volumes, IReadOnlySet<string> claimed, FieldErrors errors)
    {
        var (names, places) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var mounts = container.Maps("volumeMounts").ToList();
        var index = 0;
        foreach (var device in container.Maps("volumeDevices"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.volumeDevices[{index++}]");
            if (errors.Required(device, "name", here) is { } name)
            {
                if (!names.Add(name))
                {
                    errors.Add(FieldError.Invalid($"{here}.name", name, "must be unique"));
                }
                if (!volumes.Contains(name))
                {
                    errors.Add(FieldError.NotFound($"{here}.name", name));
                }
                else if (!claimed.Contains(name))
                {
                    errors.Add(FieldError.Invalid($"{here}.name", name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"));
                }
                if (mounts.Exists(mount => mount.Text("name") == name))
                {
                    errors.Add(FieldError.Invalid($"{here}.name", name, "must not already exist in volumeMounts"));
                }
            }
            if (errors.Required(device, "devicePath", here) is { } place)
            {
                if (place.Split('/').Contains(".."))
                {
                    errors.Add(FieldError.Invalid($"{here}.devicePath", place, "can not contain backsteps ('..')"));
                }
                if (!places.Add(place))
                {
                    errors.Add(FieldError.Invalid($"{here}.devicePath", place, "must be unique"));
                }
                if (mounts.Exists(mount => mount.Text("mountPath") == place))
                {
                    errors.Add(FieldError.Invalid($"{here}.devicePath", place, "must not already exist as a path in volumeMounts"));
                }
            }
        }
    }
}
