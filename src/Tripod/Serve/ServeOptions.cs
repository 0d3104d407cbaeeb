using System.CommandLine;
using System.Globalization;
using System.Net;

namespace Tripod.Serve;

/// <summary>The options of <c>tripod serve</c>, shared by the verbs that must find the same engine.</summary>
internal sealed class ServeOptions
{
    public const string UsualKubeconfig = "/etc/tripod/kubeconfig", UsualGroup = "docker";

    public Option<string> Root { get; } = new("--root") { Description = "state that outlives a boot", DefaultValueFactory = _ => "/var/lib/tripod" };
    public Option<string> Run { get; } = RunOption();
    public Option<string> Name { get; } = new("--name") { Description = "names the bridge, the nft table and the cgroup", DefaultValueFactory = _ => "tripod" };
    public Option<string> PodCidr { get; } = new("--pod-cidr") { Description = "where pods get their addresses: an IPv4 network, and behind a comma an IPv6 network (left out: a /64 of the engine's own, wherever the machine speaks IPv6) or none", DefaultValueFactory = _ => "10.63.0.0/16" };
    public Option<string> ListenKubernetes { get; } = new("--listen-kubernetes") { Description = "address of the Kubernetes API", DefaultValueFactory = _ => "127.0.0.1:6443" };
    public Option<string?> DockerSocket { get; } = new("--docker-socket") { Description = "path of the Docker API's socket (RUN/docker.sock)" };
    public Option<string> DockerGroup { get; } = new("--docker-group") { Description = "whose members may use that socket, where there is such a group; they are as good as root", DefaultValueFactory = _ => UsualGroup };
    public Option<string?> ListenDocker { get; } = new("--listen-docker") { Description = "serve the Docker API over TLS on this address too, for clients with the certificate in ROOT/pki/docker/client" };
    public Option<bool> UsualDockerSocket { get; } = new("--usual-docker-socket") { Description = "serve the Docker API on /run/docker.sock too, where nobody else does: docker needs no context then" };
    public Option<string?> CriSocket { get; } = new("--cri-socket") { Description = "path of the CRI's socket (RUN/cri.sock)" };
    public Option<string> Kubeconfig { get; } = new("--kubeconfig") { Description = "where the administrator's kubeconfig is written", DefaultValueFactory = _ => UsualKubeconfig };
    public Option<string> Config { get; } = new("--config") { Description = "configuration file, every key optional", DefaultValueFactory = _ => "/etc/tripod/config.yaml" };
    public Option<string?> StaticPodPath { get; } = new("--static-pod-path") { Description = "folder whose files each describe a pod that runs as long as its file is there (staticPodPath of the configuration, else /etc/tripod/manifests)" };
    public Option<string?> TokenFile { get; } = new("--token-file") { Description = "bearer tokens that are let in: token,user,uid of those who may do everything, with ,\"group,group\" after it what the groups are granted" };
    public Option<string?> AuditLog { get; } = new("--audit-log") { Description = "file that is told of every request to the Kubernetes API but health checks: who, what, how it ended; one audit.k8s.io/v1 Event to a line" };
    public Option<string?> OtlpEndpoint { get; } = new("--otlp-endpoint") { Description = "collector that is sent traces of pods' starts, such as http://127.0.0.1:4318 (OTEL_EXPORTER_OTLP_ENDPOINT does it too)" };
    public Option<string?> AllowedUnsafeSysctls { get; } = new("--allowed-unsafe-sysctls") { Description = "sysctls that pods may set beside the safe ones, with commas between them; kernel.msg* stands for all that begin so" };
    public Option<string> NodeName { get; } = new("--node-name") { Description = "this machine's name in the API", DefaultValueFactory = _ => Dns.GetHostName().ToLower(CultureInfo.InvariantCulture) };

    /// <summary>Tells engines apart; TRIPOD_RUN saves typing it.</summary>
    public static Option<string> RunOption() =>
        new("--run") { Description = "sockets and what dies with a boot", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TRIPOD_RUN") ?? "/run/tripod" };

    private IReadOnlyList<Option> All => [Root, Run, Name, PodCidr, ListenKubernetes, DockerSocket, DockerGroup, ListenDocker, UsualDockerSocket, CriSocket, Kubeconfig, Config, StaticPodPath, TokenFile, AuditLog, OtlpEndpoint, AllowedUnsafeSysctls, NodeName];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was typed but for --run, to be handed on to another process.</summary>
    public IReadOnlyList<string> Given(ParseResult parsed) =>
        [.. All.Where(option => option != Run).Select(parsed.GetResult).OfType<System.CommandLine.Parsing.OptionResult>().Where(result => !result.Implicit).SelectMany(result => (string[])[result.Option.Name, result.Tokens[0].Value])];
}
