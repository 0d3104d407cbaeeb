using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod delete</c>: asks for the end of objects, and waits for it.</summary>
internal sealed class DeleteVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "what these manifests name" };
    private readonly Option<bool> recursive = ManifestFiles.RecursiveOption();
    private readonly Option<bool> all = new("--all") { Description = "all of the type in the namespace" };
    private readonly Option<bool> everywhere = new("--all-namespaces", "-A") { Description = "of all namespaces" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels" };
    private readonly Option<string?> fields = new("--field-selector") { Description = "by fields" };
    private readonly Option<int> grace = new("--grace-period") { Description = "seconds that containers have to end; -1 as the pod says", DefaultValueFactory = _ => -1 };
    private readonly Option<bool> now = new("--now") { Description = "one second" };
    private readonly Option<bool> force = new("--force") { Description = "no grace at all" };
    private readonly Option<bool> wait = new("--wait") { Description = "until they are gone", DefaultValueFactory = _ => true };
    private readonly Option<string?> timeout = new("--timeout") { Description = "wait no longer than: 30s, 2m" };
    private readonly Option<string> cascade = new("--cascade") { Description = "background, foreground or orphan: what becomes of what it owns", DefaultValueFactory = _ => "background" };
    private readonly Option<string> dryRun = new("--dry-run") { Description = "none, client (say it alone) or server", DefaultValueFactory = _ => "none" };
    private readonly Option<string?> output = new("--output", "-o") { Description = "name" };
    private readonly Option<bool> ignoreMissing = new("--ignore-not-found") { Description = "what is not there is no error" };
    private readonly Argument<string[]> words = NamedObjects.Argument(ArgumentArity.ZeroOrMore);

    public static Command Create()
    {
        var delete = new DeleteVerb();
        delete.cascade.AcceptOnlyFromAmong("background", "foreground", "orphan");
        delete.dryRun.AcceptOnlyFromAmong("none", "client", "server");
        delete.output.AcceptOnlyFromAmong("name");
        var verb = new Command("delete", "delete objects, and wait until they are gone\n\n  tripod delete pod ghost\n  tripod delete -f ghost.yaml\n  tripod delete pods --all --now")
        {
            delete.words, delete.files, delete.recursive, delete.all, delete.everywhere, delete.labels, delete.fields, delete.grace, delete.now, delete.force, delete.wait, delete.timeout,
            delete.cascade, delete.dryRun, delete.output, delete.ignoreMissing,
        };
        delete.kubernetes.AddTo(verb);
        verb.SetAction(delete.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = Options(parsed);
        TimeSpan? patience = parsed.GetValue(timeout) is { } span ? TimeSpan.FromSeconds(Duration.Seconds(span)) : null;
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var failures = 0;
        var deleted = new List<(ObjectQuery Target, string Uid)>();
        foreach (var target in await TargetsAsync(api, types, parsed, cancel).ConfigureAwait(false))
        {
            try
            {
                var answer = parsed.GetValue(dryRun) == "client"
                    ? await api.GetAsync(target.Type.Path(target.Namespace, target.Name), cancel).ConfigureAwait(false)
                    : await api.SendAsync(HttpMethod.Delete, target.Type.Path(target.Namespace, target.Name), options.DeepClone(), cancel).ConfigureAwait(false);
                Console.WriteLine(Said(parsed, target));
                deleted.Add((target, (string?)answer["metadata"]?["uid"] ?? (string?)answer["details"]?["uid"] ?? ""));
            }
            catch (ApiRefusal refusal) when (refusal.Code == 404 && (parsed.GetValue(ignoreMissing) || parsed.GetValue(all)))
            {
                // Gone by itself meanwhile.
            }
            catch (ApiRefusal refusal)
            {
                await Console.Error.WriteLineAsync(refusal.Message).ConfigureAwait(false);
                failures++;
            }
        }

        if (parsed.GetValue(wait) && parsed.GetValue(dryRun) == "none")
        {
            await WaitAsync(api, deleted, patience, cancel).ConfigureAwait(false);
        }

        return failures == 0 ? 0 : ExitCodes.Failure;
    }

    private async Task<IReadOnlyList<ObjectQuery>> TargetsAsync(KubernetesApi api, IReadOnlyList<ResourceType> types, ParseResult parsed, CancellationToken cancel)
    {
        var space = parsed.GetValue(everywhere) ? null : kubernetes.NamespaceOf(parsed);
        var chosen = parsed.GetValue(all) || parsed.GetValue(labels) is not null || parsed.GetValue(fields) is not null;
        var targets = new List<ObjectQuery>();
        foreach (var query in ObjectQuery.Parse(types, parsed.GetValue(words), parsed.GetValue(files), parsed.GetValue(recursive), space))
        {
            if (query.Name is not null)
            {
                targets.Add(chosen ? throw new CommandFailure("error: name cannot be provided when a selector or --all is specified") : query);
                continue;
            }

            if (!chosen)
            {
                throw new CommandFailure("error: resource(s) were provided, but no name was specified: name one, or say --all or -l");
            }

            var found = await api.GetAsync((query with { Labels = parsed.GetValue(labels), Fields = parsed.GetValue(fields) }).Path, cancel).ConfigureAwait(false);
            targets.AddRange(found["items"]!.AsArray().Select(item => query with { Name = (string?)item!["metadata"]!["name"], Namespace = (string?)item["metadata"]!["namespace"] }));
        }

        if (targets.Count == 0)
        {
            await Console.Error.WriteLineAsync("No resources found").ConfigureAwait(false);
        }

        return targets;
    }

    private string Said(ParseResult parsed, ObjectQuery target)
    {
        if (parsed.GetValue(output) == "name")
        {
            return $"{target.Type.Name}/{target.Name}";
        }

        var dry = parsed.GetValue(dryRun) switch { "client" => " (dry run)", "server" => " (server dry run)", _ => "" };
        return $"{target.Type.Name} \"{target.Name}\" {(parsed.GetValue(force) ? "force deleted" : "deleted")}{dry}";
    }

    private JsonObject Options(ParseResult parsed)
    {
        var seconds = parsed.GetValue(grace);
        if (parsed.GetValue(now) && seconds != -1)
        {
            throw new CommandFailure("error: --now and --grace-period cannot be specified together");
        }

        if (parsed.GetValue(force) && seconds > 0)
        {
            throw new CommandFailure("error: --force and --grace-period greater than 0 cannot be specified together");
        }

        // kubectl's rule: no grace at all takes --force, and is a second without it.
        seconds = parsed.GetValue(force) ? 0 : parsed.GetValue(now) || seconds == 0 ? 1 : seconds;
        var policy = parsed.GetRequiredValue(cascade);
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = char.ToUpperInvariant(policy[0]) + policy[1..] };
        if (seconds >= 0)
        {
            options["gracePeriodSeconds"] = seconds;
        }

        if (parsed.GetValue(dryRun) == "server")
        {
            options["dryRun"] = new JsonArray("All");
        }

        return options;
    }

    private static async Task WaitAsync(KubernetesApi api, List<(ObjectQuery Target, string Uid)> deleted, TimeSpan? patience, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (patience is { } span)
        {
            limited.CancelAfter(span);
        }

        foreach (var (target, uid) in deleted)
        {
            try
            {
                await GoneAsync(api, target, uid, limited.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new CommandFailure($"error: timed out waiting for the condition on {target.Type.Plural}/{target.Name}: it is still being deleted");
            }
        }
    }

    /// <summary>Until no object of that uid is there; a new one of the same name is none of ours.</summary>
    private static async Task GoneAsync(KubernetesApi api, ObjectQuery target, string uid, CancellationToken cancel)
    {
        while (await api.FindAsync(target.Type.Path(target.Namespace, target.Name), cancel).ConfigureAwait(false) is { } left && (uid.Length == 0 || (string?)left["metadata"]?["uid"] == uid))
        {
            var version = (string?)left["metadata"]?["resourceVersion"] ?? "";
            using var lines = new StreamReader(await api.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"{target.WatchPath(version)}&timeoutSeconds=60"), cancel).ConfigureAwait(false));
            while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line && (string?)JsonNode.Parse(line)?["type"] is not ("DELETED" or "ERROR"))
            {
            }
        }
    }
}
