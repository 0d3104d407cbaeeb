using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Security contexts of pods and containers.</summary>
internal static class SecurityValidation
{
    private const string SysctlForm = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    private static readonly Regex Sysctl = new($"^(?:{SysctlForm})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public static void ValidatePod(JsonObject spec, string path, FieldErrors errors)
    {
        if (spec.Flag("hostPID") == true && spec.Flag("shareProcessNamespace") == true)
        {
            errors.Add(FieldError.Invalid(
                $"{path}.shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"));
        }
        var here = $"{path}.securityContext";
        var context = spec.Map("securityContext") ?? [];
        ValidateShared(context, here, errors);
        errors.InRange(context, "fsGroup", here, 0, int.MaxValue);
        errors.OneOf(context, "fsGroupChangePolicy", here, "Always", "OnRootMismatch");
        errors.OneOf(context, "supplementalGroupsPolicy", here, "Merge", "Strict");
        errors.OneOf(context, "seLinuxChangePolicy", here, "MountOption", "Recursive");
        var index = 0;
        foreach (var group in (context.List("supplementalGroups") ?? []).OfType<JsonValue>())
        {
            if (JsonFields.Number(group) is { } number)
            {
                errors.Invalid($"{here}.supplementalGroups[{index}]", number, NameRules.Range(number, 0, int.MaxValue));
            }
            index++;
        }
        ValidateSysctls(context, spec, here, errors);
        if (spec.Flag("hostUsers") == false)
        {
            ValidateOwnUsers(spec, path, errors);
        }
    }

    /// <summary>Kubernetes' words, and its capital letters (KEP-127).</summary>
    private static void ValidateOwnUsers(JsonObject spec, string path, FieldErrors errors)
    {
        const string Why = "when `hostUsers` is false";
        foreach (var (name, field) in ((string, string)[])[("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")])
        {
            if (spec.Flag(name) == true)
            {
                errors.Add(FieldError.Forbidden($"{path}.{field}", Why));
            }
        }
        foreach (var (container, here) in Containers(spec, path).Where(one => one.Container.List("volumeDevices") is { Count: > 0 }))
        {
            errors.Add(FieldError.Forbidden($"{here}.volumeDevices", Why));
        }
    }

    /// <summary>What is not hidden of /proc may be seen only by who is root nowhere but in a namespace of its own.</summary>
    public static void ValidateProcMount(JsonObject container, JsonObject spec, string path, FieldErrors errors)
    {
        if (container.Map("securityContext").Text("procMount") == "Unmasked" && spec.Flag("hostUsers") != false)
        {
            errors.Add(FieldError.Invalid($"{path}.securityContext.procMount", "Unmasked", "`hostUsers` must be false to use `Unmasked`"));
        }
    }

    private static IEnumerable<(JsonObject Container, string Path)> Containers(JsonObject spec, string path) =>
        ((string[])["containers", "initContainers", "ephemeralContainers"]).SelectMany(list => spec.Maps(list).Select((container, index) => (container, string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index}]"))));

    public static void ValidateContainer(JsonObject? context, string path, FieldErrors errors)
    {
        if (context is null)
        {
            return;
        }
        ValidateShared(context, path, errors);
        errors.OneOf(context, "procMount", path, "Default", "Unmasked");
        if (context.Flag("allowPrivilegeEscalation") != false)
        {
            return;
        }
        if (context.Flag("privileged") == true)
        {
            errors.Add(FieldError.Invalid(
                $"{path}.allowPrivilegeEscalation", false, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        }
        if (context.Map("capabilities").Texts("add").Any(c => c is "CAP_SYS_ADMIN" or "SYS_ADMIN"))
        {
            errors.Add(FieldError.Invalid(
                $"{path}.allowPrivilegeEscalation", false,
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
        }
    }

    private static void ValidateShared(JsonObject context, string path, FieldErrors errors)
    {
        errors.InRange(context, "runAsUser", path, 0, int.MaxValue);
        errors.InRange(context, "runAsGroup", path, 0, int.MaxValue);
        foreach (var (name, word) in ((string, string)[])[("seccompProfile", "seccomp"), ("appArmorProfile", "AppArmor")])
        {
            if (context.Map(name) is not { } profile)
            {
                continue;
            }
            var here = $"{path}.{name}";
            if (errors.Required(profile, "type", here) is null)
            {
                continue;
            }
            errors.OneOf(profile, "type", here, "Localhost", "RuntimeDefault", "Unconfined");
            var file = profile.Text("localhostProfile") ?? "";
            if (profile.Text("type") == "Localhost")
            {
                errors.Required(profile, "localhostProfile", here, $"must be set when {word} type is Localhost");
                MountValidation.ValidateInside(file, $"{here}.localhostProfile", errors);
            }
            else if (file.Length > 0)
            {
                errors.Add(FieldError.Invalid($"{here}.localhostProfile", file, $"can only be set when {word} type is Localhost"));
            }
        }
    }

    private static void ValidateSysctls(JsonObject context, JsonObject spec, string path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var sysctl in context.Maps("sysctls"))
        {
            var here = $"{path}.sysctls[{index++}]";
            if (errors.Required(sysctl, "name", here) is not { } name)
            {
                continue;
            }
            if (name.Length > 253 || !Sysctl.IsMatch(name))
            {
                errors.Add(FieldError.Invalid($"{here}.name", name, $"must have at most 253 characters and match regex ^{SysctlForm}$"));
            }
            else if (!names.Add(name.Replace('/', '.')))
            {
                errors.Add(FieldError.Duplicate($"{here}.name", name));
            }
            var own = name.Replace('/', '.');
            if ((spec.Flag("hostNetwork") == true && own.StartsWith("net.", StringComparison.Ordinal))
                || (spec.Flag("hostIPC") == true && (own.StartsWith("kernel.shm", StringComparison.Ordinal)
                    || own.StartsWith("kernel.msg", StringComparison.Ordinal) || own == "kernel.sem"
                    || own.StartsWith("fs.mqueue.", StringComparison.Ordinal))))
            {
                errors.Add(FieldError.Invalid(
                    $"{here}.name", name, $"may not be specified when '{(own.StartsWith("net.", StringComparison.Ordinal) ? "hostNetwork" : "hostIPC")}' is true"));
            }
        }
    }
}
