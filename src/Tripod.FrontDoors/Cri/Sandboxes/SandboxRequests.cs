using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Sandboxes;
using DnsConfig = Tripod.Runtime.Sandboxes.DnsConfig;
using PortMapping = Tripod.Runtime.Sandboxes.PortMapping;

namespace Tripod.FrontDoors.Cri.Sandboxes;

/// <summary>A PodSandboxConfig as the runtime's.</summary>
internal static class SandboxRequests
{
    private const string LowestFreePort = "net.ipv4.ip_unprivileged_port_start";

    private static readonly bool CanFreePorts = CanSet(LowestFreePort);

    /// <exception cref="RuntimeException">InvalidArgument: what cannot be, or is not done here.</exception>
    public static SandboxConfig Of(PodSandboxConfig config, string handler)
    {
        var metadata = config.Metadata ?? throw Invalid("the sandbox has no metadata");
        if (metadata.Name.Length == 0 || metadata.Uid.Length == 0 || metadata.Namespace.Length == 0)
        {
            throw Invalid("the metadata of a sandbox needs name, uid and namespace");
        }

        var security = config.Linux?.SecurityContext ?? new();
        var namespaces = security.NamespaceOptions ?? new();
        Refuse(security, namespaces);
        return new()
        {
            Name = metadata.Name,
            Namespace = metadata.Namespace,
            Uid = metadata.Uid,
            Attempt = (int)metadata.Attempt,
            Owner = CriLookup.Owner,
            Hostname = config.Hostname,
            LogDirectory = config.LogDirectory,
            Dns = config.DnsConfig is { } dns && dns.Servers.Count + dns.Searches.Count + dns.Options.Count > 0 ? new DnsConfig([.. dns.Servers], [.. dns.Searches], [.. dns.Options]) : null,
            // A container's port alone asks for nothing of the host.
            Ports = [.. config.PortMappings.Where(port => port.HostPort > 0).Select(port => new PortMapping(port.Protocol.ToString().ToLowerInvariant(), port.HostPort, port.ContainerPort, port.HostIp))],
            Labels = config.Labels.ToDictionary(),
            Annotations = config.Annotations.ToDictionary(),
            MayUsePlugins = true,
            HostNetwork = namespaces.Network == NamespaceMode.Node,
            HostPid = namespaces.Pid == NamespaceMode.Node,
            HostIpc = namespaces.Ipc == NamespaceMode.Node,
            SharePid = namespaces.Pid == NamespaceMode.Pod,
            CgroupParent = config.Linux?.CgroupParent ?? "",
            CgroupParentFromRoot = true,
            Users = UserNamespaceMessages.Of(namespaces),
            Sysctls = Sysctls(config, namespaces),
            RuntimeHandler = handler,
        };
    }

    /// <summary>Every user may listen on low ports, as with containerd since 2.0 and Docker, unless the pod asks for something else.</summary>
    private static Dictionary<string, string> Sysctls(PodSandboxConfig config, NamespaceOption namespaces)
    {
        var sysctls = config.Linux?.Sysctls.ToDictionary() ?? [];
        if (CanFreePorts && namespaces.Network != NamespaceMode.Node)
        {
            sysctls.TryAdd(LowestFreePort, "0");
        }

        return sysctls;
    }

    /// <summary>Not where the engine itself runs in a container with a read-only /proc/sys: what nobody has asked for must not keep a pod from running.</summary>
    private static bool CanSet(string sysctl)
    {
        try
        {
            using var file = File.Open($"/proc/sys/{sysctl.Replace('.', '/')}", FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Refuse(LinuxSandboxSecurityContext security, NamespaceOption namespaces)
    {
        if (security.RunAsGroup is not null && security.RunAsUser is null)
        {
            throw Invalid("run_as_group needs run_as_user beside it");
        }

        if (namespaces.Network is NamespaceMode.Container or NamespaceMode.Target || namespaces.Ipc is NamespaceMode.Container or NamespaceMode.Target || namespaces.Pid == NamespaceMode.Target)
        {
            throw Invalid("namespace_options: a sandbox's network and IPC are POD or NODE, its PID namespace POD, CONTAINER or NODE");
        }

        HostModules.RefuseMissing(security.Apparmor, "");
    }

    private static RuntimeException Invalid(string message) => new(RuntimeErrorKind.InvalidArgument, message);
}
