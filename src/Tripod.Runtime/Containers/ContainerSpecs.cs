using Tripod.Linux;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Images;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Makes all the choices between a container's config, its image and its sandbox, and the OCI spec that says so.</summary>
internal sealed class ContainerSpecs(RuntimeParts parts)
{
    private const string InlineProfile = "json:";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="RuntimeException">The config asks for what cannot be had.</exception>
    public ContainerSpec Of(ContainerRecord record, ContainerRecord? sandbox, ImageConfig image)
    {
        var config = record.Config;
        var security = config.Security;
        var rootfs = parts.Paths.Rootfs(record.Id);
        var user = UserLookup.Resolve(security, image.User, RootedFile.Read(rootfs, "/etc/passwd"), RootedFile.Read(rootfs, "/etc/group"));
        var capabilities = Capabilities.For(security.Privileged, [.. security.AddCapabilities, .. security.AmbientCapabilities], security.DropCapabilities, parts.Bounding);
        var namespaces = new NamespacePaths(parts).Of(record, sandbox);
        var users = sandbox?.Sandbox?.Users;
        users?.Require(user);
        return new()
        {
            RootfsPath = rootfs,
            Args = config.Init ? [InitProgram.InContainer, "--", .. CommandLine(config, image)] : CommandLine(config, image),
            Env = Environment(config, image, user, sandbox, LinkedContainers.Environment(parts, record)),
            User = user,
            Cwd = config.WorkingDir.Length > 0 ? config.WorkingDir : image.WorkingDir.Length > 0 ? image.WorkingDir : "/",
            Tty = config.Tty,
            ReadOnlyRootfs = security.ReadOnlyRootfs,
            NoNewPrivileges = security.NoNewPrivileges,
            Privileged = security.Privileged,
            Capabilities = capabilities,
            Ambient = [.. Capabilities.For(privileged: false, security.AmbientCapabilities, ["ALL"], parts.Bounding).Intersect(capabilities)],
            Seccomp = Seccomp(security, capabilities),
            AppArmor = AppArmor.Choose(security.AppArmor, security.Privileged),
            SeLinuxLabel = security.SeLinuxLabel,
            RootfsPropagation = Propagation(config.Mounts),
            Namespaces = namespaces,
            Users = RuntimeHandler.NeedsMappings(parts, record) ? users : null,
            Mounts = [.. DefaultMounts.For(record, sandbox, parts, image.Volumes), .. config.Init ? [InitProgram.Mount()] : Array.Empty<SpecMount>()],
            Devices = config.Devices,
            Hooks = config.Hooks,
            CgroupsPath = record.Cgroup,
            Resources = CgroupFeatures.Enforceable(config.Resources),
            OomScoreAdj = OomScore.Clamp(config.Resources.OomScoreAdj),
            MaskedPaths = security.Privileged ? [] : security.MaskedPaths ?? DefaultMounts.Masked,
            Hostname = Hostname(config),
            Sysctls = Sysctls(config),
            Rlimits = [.. config.Rlimits.Select(Rlimits.Clamp)],
            ReadonlyPaths = security.Privileged ? [] : security.ReadonlyPaths ?? DefaultMounts.ReadOnly,
        };
    }

    /// <summary>Docker's rule: an entrypoint given by the user takes the image's arguments away too.</summary>
    private static IReadOnlyList<string> CommandLine(ContainerConfig config, ImageConfig image)
    {
        IReadOnlyList<string> command = config.Command.Count > 0 ? config.Command : image.Entrypoint;
        var arguments = config.Args.Count > 0 ? config.Args : config.Command.Count > 0 ? [] : image.Cmd;
        return command.Count + arguments.Count > 0
            ? [.. command, .. arguments]
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "no command specified: the image has neither Entrypoint nor Cmd, and none was given", "CreateContainerError");
    }

    private static List<string> Environment(ContainerConfig config, ImageConfig image, ProcessUser user, ContainerRecord? sandbox, IEnumerable<KeyValuePair<string, string>> linked)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = DefaultPath };
        if ((sandbox?.Sandbox is { } pod ? pod.Hostname.Length > 0 ? pod.Hostname : System.Environment.MachineName : config.Standalone?.Hostname) is { Length: > 0 } hostname)
        {
            values["HOSTNAME"] = hostname;
        }

        foreach (var variable in image.Env)
        {
            var parts = variable.Split('=', 2);
            values[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }

        foreach (var (name, value) in linked.Concat(config.Env))
        {
            values[name] = value;
        }

        values.TryAdd("HOME", user.Home);
        if (config.Tty)
        {
            values.TryAdd("TERM", "xterm");
        }

        return [.. values.Select(pair => $"{pair.Key}={pair.Value}")];
    }

    private static string Hostname(ContainerConfig config) => config.Namespaces?.Uts is NamespaceChoice.Own ? config.Standalone?.Hostname ?? "" : "";

    private static IReadOnlyDictionary<string, string> Sysctls(ContainerConfig config)
    {
        var sysctls = new Dictionary<string, string>(config.Standalone?.Sysctls ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (config.Standalone is { Domainname: { Length: > 0 } domain } && Hostname(config).Length > 0)
        {
            sysctls.TryAdd("kernel.domainname", domain);
        }

        return sysctls;
    }

    /// <summary>A mount that passes others on must not stand on a root that does not.</summary>
    private static string Propagation(IReadOnlyList<ContainerMount> mounts) =>
        mounts.Any(mount => mount.Propagation == "bidirectional") ? "rshared"
        : mounts.Any(mount => mount.Propagation == "host-to-container") ? "rslave"
        : "";

    private static string? Seccomp(LinuxSecurity security, IReadOnlySet<string> capabilities) => security.Seccomp switch
    {
        _ when security.Privileged => null,
        "Unconfined" => null,
        "RuntimeDefault" or "" => "",
        var text when text.StartsWith(InlineProfile, StringComparison.Ordinal) => SeccompFile.ToOci(text[InlineProfile.Length..], capabilities),
        var path when File.Exists(path) => SeccompFile.ToOci(File.ReadAllText(path), capabilities),
        var path => throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"seccomp profile {path} does not exist on this machine", "CreateContainerError"),
    };
}
