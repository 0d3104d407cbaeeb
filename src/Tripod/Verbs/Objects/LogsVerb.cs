using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod logs</c>: what containers have written.</summary>
internal sealed class LogsVerb
{
    /// <summary>Of several pods, as with kubectl.</summary>
    private const long LinesOfEach = 10;

    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string?> container = new("--container", "-c") { Description = "the container; the first of the pod where it is left out" };
    private readonly Option<bool> every = new("--all-containers") { Description = "of all containers" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "of all pods with these labels" };
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "go on as it is written" };
    private readonly Option<bool> previous = new("--previous", "-p") { Description = "of the run before the present one" };
    private readonly Option<long?> tail = new("--tail") { Description = "so many last lines; -1 for all" };
    private readonly Option<string?> since = new("--since") { Description = "not older than: 5s, 2m, 3h" };
    private readonly Option<string?> sinceTime = new("--since-time") { Description = "not older than a time: 2026-01-02T03:04:05Z" };
    private readonly Option<long?> limit = new("--limit-bytes") { Description = "no more than so many bytes" };
    private readonly Option<bool> timestamps = new("--timestamps") { Description = "with the time of each line" };
    private readonly Option<bool> prefix = new("--prefix") { Description = "with pod and container before each line" };
    private readonly Argument<string?> pod = new("pod") { Arity = ArgumentArity.ZeroOrOne, Description = "ghost, or pod/ghost" };
    private readonly Argument<string?> named = new("container") { Arity = ArgumentArity.ZeroOrOne, Description = "as --container" };

    public static Command Create()
    {
        var logs = new LogsVerb();
        var verb = new Command("logs", "show what containers have written\n\n  tripod logs ghost -c nginx -f\n  tripod logs ghost --all-containers --since 5m --timestamps\n  tripod logs ghost --previous\n  tripod logs -l app=blog --prefix")
        {
            logs.pod, logs.named, logs.container, logs.every, logs.labels, logs.follow, logs.previous, logs.tail, logs.since, logs.sinceTime, logs.limit, logs.timestamps, logs.prefix,
        };
        logs.kubernetes.AddTo(verb);
        verb.SetAction(logs.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(pod) is null == parsed.GetValue(labels) is null)
        {
            throw new CommandFailure(parsed.GetValue(pod) is null ? "error: name a pod, or pods by their labels: tripod logs ghost, tripod logs -l app=blog" : "error: only a selector (-l) or a pod name is allowed");
        }

        if (parsed.GetValue(since) is not null && parsed.GetValue(sinceTime) is not null)
        {
            throw new CommandFailure("error: at most one of --since and --since-time may be used");
        }

        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var pods = $"/api/v1/namespaces/{Uri.EscapeDataString(kubernetes.NamespaceOf(parsed))}/pods";
        IReadOnlyList<JsonObject> found = parsed.GetValue(pod) is { } word
            ? [await api.GetAsync($"{pods}/{Uri.EscapeDataString(PodContainers.PodName(word))}", cancel).ConfigureAwait(false)]
            : [.. (await api.GetAsync($"{pods}?labelSelector={Uri.EscapeDataString(parsed.GetValue(labels)!)}", cancel).ConfigureAwait(false))["items"]!.AsArray().Select(item => item!.AsObject())];
        if (found.Count == 0)
        {
            await Console.Error.WriteLineAsync($"No resources found in {kubernetes.NamespaceOf(parsed)} namespace.").ConfigureAwait(false);
        }

        using var output = new LogOutput();
        var copies = found.SelectMany(one => Chosen(parsed, one).Select(container => ((string)one["metadata"]!["name"]!, container)))
            .Select<(string Pod, string Container), Func<Task>>(source => () => output.CopyAsync(
                api, $"{pods}/{source.Pod}/log?{Query(parsed, source.Container)}", parsed.GetValue(prefix) ? $"[pod/{source.Pod}/{source.Container}] " : "", cancel))
            .ToList();
        if (parsed.GetValue(follow))
        {
            await Task.WhenAll(copies.Select(copy => copy())).ConfigureAwait(false);
            return 0;
        }

        foreach (var copy in copies)
        {
            await copy().ConfigureAwait(false);
        }

        return 0;
    }

    private IReadOnlyList<string> Chosen(ParseResult parsed, JsonObject found) =>
        parsed.GetValue(every) ? PodContainers.All(found) : [PodContainers.Choose(found, parsed.GetValue(container) ?? parsed.GetValue(named))];

    private string Query(ParseResult parsed, string chosen)
    {
        var query = new List<string> { $"container={Uri.EscapeDataString(chosen)}" };
        foreach (var (option, key) in ((Option<bool>, string)[])[(follow, "follow"), (previous, "previous"), (timestamps, "timestamps")])
        {
            if (parsed.GetValue(option))
            {
                query.Add($"{key}=true");
            }
        }

        if ((parsed.GetValue(tail) ?? (parsed.GetValue(labels) is null ? null : LinesOfEach)) is { } lines and >= 0)
        {
            query.Add(string.Create(CultureInfo.InvariantCulture, $"tailLines={lines}"));
        }

        if (parsed.GetValue(limit) is { } bytes)
        {
            query.Add(string.Create(CultureInfo.InvariantCulture, $"limitBytes={bytes}"));
        }

        if (parsed.GetValue(since) is { } age)
        {
            query.Add(string.Create(CultureInfo.InvariantCulture, $"sinceSeconds={Duration.Seconds(age)}"));
        }

        if (parsed.GetValue(sinceTime) is { } time)
        {
            query.Add($"sinceTime={Uri.EscapeDataString(time)}");
        }

        return string.Join('&', query);
    }
}
