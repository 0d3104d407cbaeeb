using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>What the level baseline forbids (Kubernetes: Pod Security Standards), in the order in which violations are told. Pure.</summary>
internal static class BaselineChecks
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/", SeccompAnnotation = "seccomp.security.alpha.kubernetes.io/pod", SeccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";

    private static readonly string[] Capabilities =
        ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];

    /// <summary>With the minor version that allowed them first.</summary>
    private static readonly Dictionary<string, int> Sysctls = new(StringComparer.Ordinal)
    {
        ["kernel.shm_rmid_forced"] = 0,
        ["net.ipv4.ip_local_port_range"] = 0,
        ["net.ipv4.tcp_syncookies"] = 0,
        ["net.ipv4.ping_group_range"] = 0,
        ["net.ipv4.ip_unprivileged_port_start"] = 0,
        ["net.ipv4.ip_local_reserved_ports"] = 27,
        ["net.ipv4.tcp_keepalive_time"] = 29,
        ["net.ipv4.tcp_fin_timeout"] = 29,
        ["net.ipv4.tcp_keepalive_intvl"] = 29,
        ["net.ipv4.tcp_keepalive_probes"] = 29,
        ["net.ipv4.tcp_rmem"] = 32,
        ["net.ipv4.tcp_wmem"] = 32,
    };

    /// <param name="pod">The pod.</param>
    /// <param name="standard">Of whose version.</param>
    /// <param name="alone">The level restricted is not looked at too, which says the same more strictly.</param>
    public static IEnumerable<Violation?> Of(PodUnderReview pod, SecurityStandard standard, bool alone) =>
    [
        AppArmor(pod),
        alone || !standard.IsSince(22) ? AddedCapabilities(pod) : null,
        HostNamespaces(pod),
        alone ? HostPaths(pod) : null,
        HostPorts(pod),
        standard.IsSince(34) ? HandlerHosts(pod) : null,
        Privileged(pod),
        standard.IsSince(35) && pod.HasOwnUsers ? null : ProcMount(pod),
        SeLinux(pod, standard),
        alone || !standard.IsSince(19) ? Seccomp(pod, standard) : null,
        ForbiddenSysctls(pod, standard),
        HostProcess(pod),
    ];

    private static Violation? AppArmor(PodUnderReview pod)
    {
        static bool IsBad(JsonObject? context) => context.Map("appArmorProfile") is { } profile && profile.Text("type") is not ("RuntimeDefault" or "Localhost");
        var containers = pod.WhereContext(IsBad);
        var annotations = Wording.Sorted((pod.Annotations ?? [])
            .Where(pair => pair.Key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal) && !IsGoodProfile(pair.Value?.ToString() ?? ""))
            .Select(pair => $"{pair.Key}={Escaped(pair.Value?.ToString() ?? "")}"));
        List<string> setters = [.. IsBad(pod.Context) ? ["pod"] : Array.Empty<string>(), .. containers.Count > 0 ? [Wording.Containers(containers)] : Array.Empty<string>(), .. annotations.Count > 0 ? [Wording.Counted(annotations.Count, "annotation", "annotations")] : Array.Empty<string>()];
        List<string> values = [.. Wording.Sorted(pod.Containers.Select(container => container.Map("securityContext")).Append(pod.Context).Where(IsBad).Select(context => context.Map("appArmorProfile").Text("type") ?? "")), .. annotations];
        return setters.Count == 0 ? null
            : new(Wording.Counted(values.Count, "forbidden AppArmor profile", "forbidden AppArmor profiles"), $"{string.Join(" and ", setters)} must not set AppArmor profile type to {string.Join(", ", values.Select(Escaped))}");
    }

    private static bool IsGoodProfile(string profile) => profile is "" or "runtime/default" || profile.StartsWith("localhost/", StringComparison.Ordinal);

    private static string Escaped(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static Violation? AddedCapabilities(PodUnderReview pod)
    {
        static IEnumerable<string> Bad(JsonObject? context) => context.Map("capabilities").Texts("add").Where(name => !Capabilities.Contains(name));
        var containers = pod.WhereContext(context => Bad(context).Any());
        return containers.Count == 0 ? null
            : new("non-default capabilities", $"{Wording.Containers(containers)} must not include {Wording.Quoted(Wording.Sorted(pod.Containers.SelectMany(container => Bad(container.Map("securityContext")))))} in securityContext.capabilities.add");
    }

    private static Violation? HostNamespaces(PodUnderReview pod)
    {
        var shared = ((string[])["hostNetwork", "hostPID", "hostIPC"]).Where(name => pod.Spec.Flag(name) == true).Select(name => $"{name}=true").ToList();
        return shared.Count == 0 ? null : new("host namespaces", string.Join(", ", shared));
    }

    private static Violation? HostPaths(PodUnderReview pod)
    {
        var volumes = pod.Spec.Maps("volumes").Where(volume => volume.Map("hostPath") is not null).Select(volume => volume.Text("name") ?? "").ToList();
        return volumes.Count == 0 ? null : new("hostPath volumes", $"{Wording.Counted(volumes.Count, "volume", "volumes")} {Wording.Quoted(volumes)}");
    }

    private static Violation? HostPorts(PodUnderReview pod)
    {
        static IEnumerable<string> Ports(JsonObject container) =>
            container.Maps("ports").Select(port => port.Number("hostPort") ?? 0).Where(port => port != 0).Select(port => port.ToString(CultureInfo.InvariantCulture));
        var containers = pod.Where(container => Ports(container).Any());
        var ports = Wording.Sorted(pod.Containers.SelectMany(Ports));
        return containers.Count == 0 ? null
            : new("hostPort", $"{Wording.Containers(containers)} {Wording.Counted(containers.Count, "uses", "use")} {Wording.Counted(ports.Count, "hostPort", "hostPorts")} {string.Join(", ", ports)}");
    }

    private static Violation? HandlerHosts(PodUnderReview pod)
    {
        static IEnumerable<string> Hosts(JsonObject container) =>
            ((JsonObject?[])[container.Map("livenessProbe"), container.Map("readinessProbe"), container.Map("startupProbe"), container.Map("lifecycle").Map("postStart"), container.Map("lifecycle").Map("preStop")])
                .SelectMany(handler => (string?[])[handler.Map("httpGet").Text("host"), handler.Map("tcpSocket").Text("host")])
                .OfType<string>().Where(host => host.Length > 0);
        var containers = Wording.Sorted(pod.Where(container => Hosts(container).Any()));
        var hosts = Wording.Sorted(pod.Containers.SelectMany(Hosts));
        return containers.Count == 0 ? null
            : new("probe or lifecycle host", $"{Wording.Containers([.. containers])} {Wording.Counted(containers.Count, "uses", "use")} {Wording.Counted(hosts.Count, "probe or lifecycle host", "probe or lifecycle hosts")} {Wording.Quoted(hosts)}");
    }

    private static Violation? Privileged(PodUnderReview pod)
    {
        var containers = pod.WhereContext(context => context.Flag("privileged") == true);
        return containers.Count == 0 ? null : new("privileged", $"{Wording.Containers(containers)} must not set securityContext.privileged=true");
    }

    private static Violation? ProcMount(PodUnderReview pod)
    {
        static bool IsBad(JsonObject? context) => context.Text("procMount") is { } kind and not "Default";
        var containers = pod.WhereContext(IsBad);
        return containers.Count == 0 ? null
            : new("procMount", $"{Wording.Containers(containers)} must not set securityContext.procMount to {Wording.Quoted(Wording.Sorted(pod.Containers.Select(container => container.Map("securityContext")).Where(IsBad).Select(context => context.Text("procMount")!)))}");
    }

    private static Violation? SeLinux(PodUnderReview pod, SecurityStandard standard)
    {
        bool IsBadType(JsonObject? options) => options.Text("type") is not (null or "" or "container_t" or "container_init_t" or "container_kvm_t") and var type && !(type == "container_engine_t" && standard.IsSince(31));
        static bool Sets(JsonObject? options, string name) => options.Text(name) is { Length: > 0 };
        bool IsBad(JsonObject? context) => context.Map("seLinuxOptions") is { } options && (IsBadType(options) || Sets(options, "user") || Sets(options, "role"));
        var bad = pod.Containers.Select(container => container.Map("securityContext")).Append(pod.Context).Where(IsBad).Select(context => context.Map("seLinuxOptions")).ToList();
        if (Wording.Setters(IsBad(pod.Context), pod.WhereContext(IsBad)) is not { } setters)
        {
            return null;
        }

        var types = Wording.Sorted(bad.Where(IsBadType).Select(options => options.Text("type")!));
        List<string> faults = [];
        if (types.Count > 0)
        {
            faults.Add($"{Wording.Counted(types.Count, "type", "types")} {Wording.Quoted(types)}");
        }

        faults.AddRange(((string[])["user", "role"]).Where(name => bad.Exists(options => Sets(options, name))).Select(name => $"{name} may not be set"));
        return new("seLinuxOptions", $"{setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", faults)}");
    }

    private static Violation? Seccomp(PodUnderReview pod, SecurityStandard standard)
    {
        if (standard.IsSince(19))
        {
            return SeccompProfiles.Explicit(pod);
        }

        var names = pod.Where(_ => true).Select(name => SeccompOfContainer + name).Prepend(SeccompAnnotation).ToHashSet(StringComparer.Ordinal);
        var bad = Wording.Sorted((pod.Annotations ?? [])
            .Where(pair => names.Contains(pair.Key) && pair.Value?.ToString() is { } value and not ("runtime/default" or "docker/default") && !value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(pair => $"{pair.Key}={Escaped(pair.Value!.ToString())}"));
        return bad.Count == 0 ? null : new("seccompProfile", $"forbidden {Wording.Counted(bad.Count, "annotation", "annotations")} {string.Join(", ", bad)}");
    }

    private static Violation? ForbiddenSysctls(PodUnderReview pod, SecurityStandard standard)
    {
        var bad = pod.Context.Maps("sysctls").Select(sysctl => sysctl.Text("name") ?? "").Where(name => !Sysctls.TryGetValue(name, out var since) || !standard.IsSince(since)).ToList();
        return bad.Count == 0 ? null : new("forbidden sysctls", string.Join(", ", bad));
    }

    private static Violation? HostProcess(PodUnderReview pod)
    {
        static bool IsBad(JsonObject? context) => context.Map("windowsOptions").Flag("hostProcess") == true;
        return Wording.Setters(IsBad(pod.Context), pod.WhereContext(IsBad)) is { } setters
            ? new("hostProcess", $"{setters} must not set securityContext.windowsOptions.hostProcess=true")
            : null;
    }
}
