using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod logs</c>: what containers have written.</summary>
internal sealed class LogsVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string?> container = new("--container", "-c") { Description = "the container; the first of the pod where it is left out" };
    private readonly Option<bool> every = new("--all-containers") { Description = "of all containers" };
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "go on as it is written" };
    private readonly Option<bool> previous = new("--previous", "-p") { Description = "of the run before the present one" };
    private readonly Option<long?> tail = new("--tail") { Description = "so many last lines" };
    private readonly Option<string?> since = new("--since") { Description = "not older than: 5s, 2m, 3h" };
    private readonly Option<string?> sinceTime = new("--since-time") { Description = "not older than a time: 2026-01-02T03:04:05Z" };
    private readonly Option<long?> limit = new("--limit-bytes") { Description = "no more than so many bytes" };
    private readonly Option<bool> timestamps = new("--timestamps") { Description = "with the time of each line" };
    private readonly Option<bool> prefix = new("--prefix") { Description = "with pod and container before each line" };
    private readonly Argument<string> pod = new("pod") { Description = "ghost, or pod/ghost" };

    public static Command Create()
    {
        var logs = new LogsVerb();
        var verb = new Command("logs", "show what containers have written\n\n  tripod logs ghost -c nginx -f\n  tripod logs ghost --all-containers --since 5m --timestamps\n  tripod logs ghost --previous")
        {
            logs.pod, logs.container, logs.every, logs.follow, logs.previous, logs.tail, logs.since, logs.sinceTime, logs.limit, logs.timestamps, logs.prefix,
        };
        logs.kubernetes.AddTo(verb);
        verb.SetAction(logs.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var name = parsed.GetRequiredValue(pod).Split('/')[^1];
        var path = $"/api/v1/namespaces/{kubernetes.NamespaceOf(parsed)}/pods/{Uri.EscapeDataString(name)}";
        var found = await api.GetAsync(path, cancel).ConfigureAwait(false);
        var containers = Containers(parsed, found);
        using var output = new SemaphoreSlim(1);
        var copies = containers.Select(chosen => CopyAsync(api, $"{path}/log?{Query(parsed, chosen)}", parsed.GetValue(prefix) ? $"[pod/{name}/{chosen}] " : "", output, cancel)).ToList();
        if (!parsed.GetValue(follow))
        {
            foreach (var copy in copies)
            {
                await copy.ConfigureAwait(false);
            }
        }

        await Task.WhenAll(copies).ConfigureAwait(false);
        return 0;
    }

    private List<string> Containers(ParseResult parsed, JsonObject found)
    {
        var names = found["spec"]!["initContainers"]?.AsArray().Concat(found["spec"]!["containers"]!.AsArray()).Select(one => (string)one!["name"]!).ToList()
            ?? [.. found["spec"]!["containers"]!.AsArray().Select(one => (string)one!["name"]!)];
        if (parsed.GetValue(every))
        {
            return names;
        }

        if (parsed.GetValue(container) is { } chosen)
        {
            return [chosen];
        }

        var first = (string)found["spec"]!["containers"]![0]!["name"]!;
        if (found["spec"]!["containers"]!.AsArray().Count > 1)
        {
            Console.Error.WriteLine($"Defaulted container \"{first}\" out of: {string.Join(", ", names)}");
        }

        return [first];
    }

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

        if (parsed.GetValue(tail) is { } lines and >= 0)
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

    private static async Task CopyAsync(KubernetesApi api, string path, string prefix, SemaphoreSlim turn, CancellationToken cancel)
    {
        await using var log = await api.OpenAsync(path, cancel).ConfigureAwait(false);
        await using var output = Console.OpenStandardOutput();
        if (prefix.Length == 0)
        {
            await log.CopyToAsync(output, cancel).ConfigureAwait(false);
            return;
        }

        using var lines = new StreamReader(log);
        while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            await turn.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                Console.WriteLine(prefix + line);
            }
            finally
            {
                turn.Release();
            }
        }
    }
}
