using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What a pod that names its operating system may not set: the other one's fields.</summary>
internal static class OperatingSystemValidation
{
    private const string NotOnWindows = "cannot be set for a windows pod";

    private static readonly string[] PodFields = ["hostPID", "hostIPC", "hostNetwork", "shareProcessNamespace", "hostUsers"];

    private static readonly string[] PodContextFields =
    [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup",
        "supplementalGroups", "supplementalGroupsPolicy",
    ];

    private static readonly string[] ContainerContextFields =
    [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
        "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
    ];

    public static void Validate(JsonObject spec, string path, FieldErrors errors)
    {
        if (spec.Map("os") is not { } os || errors.Required(os, "name", $"{path}.os") is not { } name)
        {
            return;
        }
        errors.OneOf(os, "name", $"{path}.os", "linux", "windows");
        if (name == "windows")
        {
            Forbid(spec, path, PodFields, NotOnWindows, errors);
        }
        Contexts(spec, path, (context, here, fields) =>
        {
            if (name == "linux")
            {
                Forbid(context, here, ["windowsOptions"], "windows options cannot be set for a linux pod", errors);
            }
            else if (name == "windows")
            {
                Forbid(context, here, fields, NotOnWindows, errors);
            }
        });
    }

    private static void Contexts(JsonObject spec, string path, Action<JsonObject, string, string[]> look)
    {
        if (spec.Map("securityContext") is { } shared)
        {
            look(shared, $"{path}.securityContext", PodContextFields);
        }
        foreach (var list in (string[])["containers", "initContainers", "ephemeralContainers"])
        {
            var index = 0;
            foreach (var container in spec.Maps(list))
            {
                var here = string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index++}].securityContext");
                if (container.Map("securityContext") is { } own)
                {
                    look(own, here, ContainerContextFields);
                }
            }
        }
    }

    private static void Forbid(JsonObject map, string path, string[] fields, string why, FieldErrors errors)
    {
        foreach (var field in fields.Where(field => map[field] is not null))
        {
            errors.Add(FieldError.Forbidden($"{path}.{field}", why));
        }
    }
}
