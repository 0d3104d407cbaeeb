using System.CommandLine;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod exec</c>: a command in a running container; its exit code is this one's.</summary>
internal sealed class ExecVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string?> container = new("--container", "-c") { Description = "the container; the first of the pod where it is left out" };
    private readonly Option<bool> input = new("--stdin", "-i") { Description = "pass standard input on" };
    private readonly Option<bool> terminal = new("--tty", "-t") { Description = "standard input is a terminal" };
    private readonly Argument<string> pod = new("pod") { Description = "ghost, or pod/ghost" };
    private readonly Argument<string[]> command = new("command") { Arity = ArgumentArity.OneOrMore, Description = "after --" };

    public static Command Create()
    {
        var exec = new ExecVerb();
        var verb = new Command("exec", "run a command in a container\n\n  tripod exec ghost -c nginx -- nginx -T\n  tripod exec -it ghost -- sh")
        {
            exec.pod, exec.command, exec.container, exec.input, exec.terminal,
        };
        exec.kubernetes.AddTo(verb);
        verb.SetAction(exec.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(kubernetes.NamespaceOf(parsed))}/pods/{Uri.EscapeDataString(PodContainers.PodName(parsed.GetRequiredValue(pod)))}";
        var chosen = PodContainers.Choose(await api.GetAsync(path, cancel).ConfigureAwait(false), parsed.GetValue(container));

        // A terminal that nobody types on is none, as with kubectl.
        var wanted = parsed.GetValue(terminal) && parsed.GetValue(input);
        var isTerminal = wanted && !Console.IsInputRedirected;
        if (wanted && !isTerminal)
        {
            await Console.Error.WriteLineAsync("Unable to use a TTY - input is not a terminal or the right kind of file").ConfigureAwait(false);
        }

        string[] query =
        [
            .. parsed.GetRequiredValue(command).Select(word => $"command={Uri.EscapeDataString(word)}"),
            $"container={Uri.EscapeDataString(chosen)}",
            $"stdin={(parsed.GetValue(input) ? "true" : "false")}", "stdout=true", $"stderr={(isTerminal ? "false" : "true")}", $"tty={(isTerminal ? "true" : "false")}",
        ];
        using var socket = await api.ConnectAsync($"{path}/exec?{string.Join('&', query)}", cancel).ConfigureAwait(false);
        using var streams = new RemoteStreams(socket);
        return await streams.RunAsync(parsed.GetValue(input), isTerminal, cancel).ConfigureAwait(false);
    }
}
