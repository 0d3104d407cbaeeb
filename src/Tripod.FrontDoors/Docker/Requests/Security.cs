using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>User, capabilities and security options as the runtime takes them.</summary>
internal static class Security
{
    /// <exception cref="DockerException">400: an option that is none, or that this machine has not.</exception>
    public static LinuxSecurity Of(JsonObject body, JsonObject host)
    {
        var security = new LinuxSecurity
        {
            Privileged = host.Flag("Privileged"),
            AddCapabilities = [.. host.Texts("CapAdd").Select(Capability)],
            DropCapabilities = [.. host.Texts("CapDrop").Select(Capability)],
            RunAsUsername = body.Text("User"),
            SupplementalGroupNames = host.Texts("GroupAdd"),
            ReadOnlyRootfs = host.Flag("ReadonlyRootfs"),
            MaskedPaths = host["MaskedPaths"] is JsonArray ? host.Texts("MaskedPaths") : null,
            ReadonlyPaths = host["ReadonlyPaths"] is JsonArray ? host.Texts("ReadonlyPaths") : null,
        };
        return host.Texts("SecurityOpt").Aggregate(security, With);
    }

    private static LinuxSecurity With(LinuxSecurity security, string option)
    {
        var separator = option.IndexOfAny(['=', ':']);
        var (name, value) = separator < 0 ? (option, "") : (option[..separator], option[(separator + 1)..]);
        return name switch
        {
            "no-new-privileges" => security with { NoNewPrivileges = value is "" or "true" },
            "seccomp" => security with { Seccomp = value switch { "unconfined" => "Unconfined", "builtin" => "RuntimeDefault", _ => Profile(value) } },
            "apparmor" when value is AppArmor.Unconfined => security with { AppArmor = AppArmor.Unconfined },
            "apparmor" when !AppArmor.IsEnabled => security,
            "apparmor" => security with { AppArmor = value == "docker-default" ? AppArmor.RuntimeDefault : value },
            "label" when value == "disable" || !Directory.Exists("/sys/fs/selinux") => security,
            "label" => throw new DockerException(400, $"security option {option} is not supported by tripod"),
            "systempaths" when value == "unconfined" => security with { MaskedPaths = [], ReadonlyPaths = [] },
            "writable-cgroups" when value == "false" => security,
            _ => throw new DockerException(400, $"invalid --security-opt 2: \"{option}\""),
        };
    }

    /// <summary>The client sends a profile's text; the runtime reads files.</summary>
    private static string Profile(string json) => json.StartsWith('{') ? $"json:{json}" : throw new DockerException(400, $"seccomp profile is no JSON object: {json}");

    private static string Capability(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper is "ALL" or "CAP_ALL" ? "ALL" : upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : $"CAP_{upper}";
    }
}
