using System.CommandLine;
using Tripod.Client;

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
        var name = parsed.GetRequiredValue(pod) is var word && word.StartsWith("pod", StringComparison.Ordinal) && word.Contains('/', StringComparison.Ordinal) ? word[(word.IndexOf('/', StringComparison.Ordinal) + 1)..] : word;
        var isTerminal = parsed.GetValue(terminal) && !Console.IsInputRedirected;
        if (parsed.GetValue(terminal) && !isTerminal)
        {
            await Console.Error.WriteLineAsync("Unable to use a TTY - input is not a terminal or the right kind of file").ConfigureAwait(false);
        }

        string[] query =
        [
            .. parsed.GetRequiredValue(command).Select(word => $"command={Uri.EscapeDataString(word)}"),
            .. parsed.GetValue(container) is { } chosen ? (string[])[$"container={Uri.EscapeDataString(chosen)}"] : [],
            $"stdin={(parsed.GetValue(input) ? "true" : "false")}", "stdout=true", $"stderr={(isTerminal ? "false" : "true")}", $"tty={(isTerminal ? "true" : "false")}",
        ];
        using var socket = await api.ConnectAsync($"/api/v1/namespaces/{kubernetes.NamespaceOf(parsed)}/pods/{Uri.EscapeDataString(name)}/exec?{string.Join('&', query)}", cancel).ConfigureAwait(false);
        using var streams = new RemoteStreams(socket);
        return await streams.RunAsync(parsed.GetValue(input), isTerminal, cancel).ConfigureAwait(false);
    }
}
