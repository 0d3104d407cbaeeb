using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Pods.Standalone;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>The body of <c>POST /containers/create</c> with all choices made between it and its image.</summary>
internal sealed class ContainerRequest
{
    private readonly JsonObject body, host;
    private readonly ImageRecord image;
    private readonly JsonObject imageConfig;
    private readonly ContainerNamespaces namespaces;
    private readonly List<string> warnings = [];
    private readonly IReadOnlyList<ContainerLink> links;

    /// <param name="body">Config, with HostConfig and NetworkingConfig in it; filled in with what holds.</param>
    /// <param name="image">That it names.</param>
    /// <param name="imageDocument">The image's whole configuration.</param>
    /// <param name="parts">Who knows whoever may be joined, and what this machine can limit.</param>
    /// <exception cref="DockerException">What cannot be, or is not done here.</exception>
    public ContainerRequest(JsonObject body, ImageRecord image, JsonNode? imageDocument, DockerParts parts)
    {
        var containers = parts.Containers;
        this.body = body;
        this.image = image;
        imageConfig = imageDocument.Object("config");
        host = body["HostConfig"] as JsonObject ?? [];
        body["HostConfig"] ??= host;
        UnsupportedFields.Refuse(body, host);
        namespaces = NamespaceModes.Of(host, containers);
        Command = CommandLine();
        Exposed = [.. image.Config.ExposedPorts.Concat(body.Object("ExposedPorts").Select(pair => pair.Key)).Select(WithProtocol).Distinct()];
        Ports = PortBindings.Of(host, Exposed);
        Limits = Requests.Resources.Of(host, parts.Cgroups, warnings);
        Mounts = Requests.Mounts.Of(host, body.Object("Volumes").Select(pair => pair.Key), image.Config.Volumes, VolumesFrom.Of(host, parts));
        RefuseConflicts(parts.Runtime.Handlers);
        links = Links.Of(host, body.Object("NetworkingConfig").Object("EndpointsConfig"), Network, parts);
    }

    public LinuxResources Limits { get; }

    public IReadOnlyList<string> Command { get; }
    public IReadOnlyList<string> Exposed { get; }
    public IReadOnlyList<PublishedPort> Ports { get; }

    public IReadOnlyList<WantedMount> Mounts { get; }

    /// <summary>The network's name; empty for one that is joined, the host's or none.</summary>
    public string Network => namespaces.Net is not NamespaceChoice.Own ? "" : host.Text("NetworkMode") switch
    {
        "" or "default" or "bridge" => "bridge",
        "none" => "",
        var name => name,
    };

    public RestartPolicy Restart => RestartPolicies.Of(host);

    public bool AutoRemove => host.Flag("AutoRemove");

    public HealthCheck? Health => HealthChecks.Of(body["Healthcheck"] as JsonObject, imageConfig["Healthcheck"] as JsonObject, imageConfig.Texts("Shell"));

    /// <param name="id">Chosen already.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mounts">With their places on disk.</param>
    /// <param name="containers">Whoever is joined.</param>
    /// <param name="gateway">This machine as the container reaches it.</param>
    /// <param name="networkId">A network's id by its name.</param>
    public ContainerConfig ToConfig(string id, string name, IReadOnlyList<ContainerMount> mounts, ContainerLookup containers, string gateway, Func<string, string> networkId)
    {
        var hostname = Hostname(id, containers);
        return new()
        {
            Name = name,
            Image = image.Id,
            Command = Command,
            WorkingDir = body.Text("WorkingDir"),
            Env = [.. body.Texts("Env").Select(variable => variable.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))],
            Mounts = mounts,
            Devices = Devices.Of(host),
            Labels = Labels(),
            Stdin = body.Flag("OpenStdin"),
            StdinOnce = body.Flag("StdinOnce"),
            Tty = body.Flag("Tty"),
            Namespaces = namespaces,
            Resources = Limits,
            Security = Security.Of(body, host),
            StopSignal = body.Text("StopSignal"),
            Rlimits = Ulimits(),
            LogSizeMax = ByteSize.Parse(LogOption("max-size")) ?? 0,
            LogFilesMax = int.TryParse(LogOption("max-file"), NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? files : 1,
            NoLog = host.Object("LogConfig").Text("Type") == "none",
            Init = host.Flag("Init"),
            Standalone = new()
            {
                Hostname = hostname,
                Domainname = body.Text("Domainname"),
                Network = Network.Length > 0 ? new() { Ports = Ports, Attachments = Attachments.Of(Network, body.Object("NetworkingConfig").Object("EndpointsConfig"), body.Text("MacAddress"), networkId) } : null,
                Dns = Dns(),
                Hosts = [.. host.Texts("ExtraHosts").Select(text => ExtraHost(text, gateway))],
                Links = links,
                ShareIpc = host.Text("IpcMode") == "shareable",
                ShmSize = host.Number("ShmSize"),
                CgroupParent = host.Text("CgroupParent"),
                RuntimeHandler = host.Text("Runtime") is "crun" or "runc" or "" ? "" : host.Text("Runtime"),
                Sysctls = host.Map("Sysctls"),
            },
        };
    }

    /// <summary>What this machine cannot do and is left out; the client prints it.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    private string LogOption(string name) => host.Object("LogConfig").Object("Config").Text(name);

    private static string WithProtocol(string port) => port.Contains('/', StringComparison.Ordinal) ? port : $"{port}/tcp";

    /// <summary>Docker's rule: an entrypoint of the user's takes the image's arguments away too, and an empty one the image's entrypoint.</summary>
    private IReadOnlyList<string> CommandLine()
    {
        var (entrypoint, arguments) = (body.Texts("Entrypoint"), body.Texts("Cmd"));
        if (entrypoint.Count == 0)
        {
            arguments = arguments.Count > 0 ? arguments : image.Config.Cmd;
            entrypoint = image.Config.Entrypoint;
        }

        IReadOnlyList<string> all = entrypoint is ["", ..] ? arguments : [.. entrypoint, .. arguments];
        return all.Count > 0 ? all : throw new DockerException(400, "no command specified");
    }

    private string Hostname(string id, ContainerLookup containers) => namespaces switch
    {
        _ when body.Text("Hostname") is { Length: > 0 } own => own,
        { Net: NamespaceChoice.Join join } => containers.Find(join.ContainerId) is { } owner ? owner.Status.Config.Standalone?.Hostname ?? "" : "",
        { Net: NamespaceChoice.Host } or { Uts: NamespaceChoice.Host } => Environment.MachineName,
        _ => id[..12],
    };

    private Dictionary<string, string> Labels()
    {
        var labels = new Dictionary<string, string>(image.Config.Labels, StringComparer.Ordinal);
        foreach (var (key, value) in body.Map("Labels"))
        {
            labels[key] = value;
        }

        return labels;
    }

    private DnsConfig? Dns()
    {
        var (servers, searches, options) = (host.Texts("Dns"), host.Texts("DnsSearch"), host.Texts("DnsOptions"));
        if (servers.Count == 0 && searches.Count == 0 && options.Count == 0)
        {
            return null;
        }

        foreach (var server in servers.Where(server => !System.Net.IPAddress.TryParse(server, out _)))
        {
            throw new DockerException(400, $"invalid DNS server: {server} is no IP address");
        }

        return new(servers, [.. searches.Where(search => search != ".")], options) { AddsToHost = servers.Count == 0 };
    }

    /// <summary><c>NAME:ADDRESS</c>; <c>host-gateway</c> is this machine, at the bridge's address, which the runtime knows.</summary>
    private static KeyValuePair<string, string> ExtraHost(string text, string gateway)
    {
        var separator = text.IndexOfAny([':', '=']);
        return separator > 0 && text[(separator + 1)..].Trim('[', ']') is { Length: > 0 } address && (address == "host-gateway" || System.Net.IPAddress.TryParse(address, out _))
            ? new(text[..separator], address == "host-gateway" ? gateway : address)
            : throw new DockerException(400, $"invalid IP address in add-host: \"{text}\"");
    }

    private IReadOnlyList<ContainerRlimit> Ulimits() =>
    [
        .. host.Objects("Ulimits").Select(limit => new ContainerRlimit(
            ContainerRlimit.IsKnown($"RLIMIT_{limit.Text("Name").ToUpperInvariant()}") ? $"RLIMIT_{limit.Text("Name").ToUpperInvariant()}" : throw new DockerException(400, $"invalid ulimit type: {limit.Text("Name")}"),
            Limit(limit.Number("Soft")),
            Limit(limit.Number("Hard")))),
    ];

    private static ulong Limit(long value) => value < 0 ? ulong.MaxValue : (ulong)value;

    /// <summary>A network of somebody else's leaves no choice about what is in it.</summary>
    /// <param name="runtimes">Those that may be asked for by name; runc stands for the engine's own too, as Docker's clients expect it everywhere.</param>
    private void RefuseConflicts(IReadOnlyList<string> runtimes)
    {
        if (namespaces.Net is NamespaceChoice.Join or NamespaceChoice.Host && host["NetworkMode"] is not null)
        {
            var joined = namespaces.Net is NamespaceChoice.Join;
            (bool Given, string Text)[] conflicts =
            [
                (joined && body.Text("Hostname").Length > 0, "hostname and the network mode"),
                (joined && host.Texts("Links").Count > 0, "host type networking can't be used with links. This would result in undefined behavior"),
                (joined && host.Texts("Dns").Count > 0, "dns and the network mode"),
                (joined && host.Texts("ExtraHosts").Count > 0, "custom host-to-IP mapping and the network mode"),
                (joined && (host.Object("PortBindings").Count > 0 || host.Flag("PublishAllPorts")), "port publishing and the container type network mode"),
                (joined && body.Object("ExposedPorts").Count > 0, "port exposing and the container type network mode"),
            ];
            foreach (var (_, text) in conflicts.Where(conflict => conflict.Given))
            {
                throw new DockerException(400, $"conflicting options: {text}");
            }
        }

        if (AutoRemove && Restart.Name is not ("no" or ""))
        {
            throw new DockerException(400, "can't create 'AutoRemove' container with restart policy");
        }

        if (namespaces.Uts is NamespaceChoice.Host && body.Text("Hostname").Length > 0)
        {
            throw new DockerException(400, "conflicting options: hostname and the UTS mode");
        }

        if (host.Text("Runtime") is { Length: > 0 } and not "runc" && !runtimes.Contains(host.Text("Runtime"), StringComparer.Ordinal))
        {
            throw new DockerException(400, $"unknown or invalid runtime name: {host.Text("Runtime")}");
        }

        foreach (var unknown in new[] { body.Text("StopSignal") }.Where(signal => signal.Length > 0 && SignalNames.Parse(signal) is null))
        {
            throw new DockerException(400, string.Create(CultureInfo.InvariantCulture, $"invalid signal: {unknown}"));
        }
    }
}
