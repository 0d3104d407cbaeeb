using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod get</c>: the server's tables, or whole objects.</summary>
internal sealed class GetVerb
{
    private const string Examples = "\n\n  tripod get pods -o wide\n  tripod get pod ghost -o yaml\n  tripod get po,cm -A\n  tripod get pods -w\n  tripod get pod ghost -o 'jsonpath={.status.podIP}'";

    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string?> output = new("--output", "-o") { Description = "wide, yaml, json, name, jsonpath=…, jsonpath-as-json=…, custom-columns=…" };
    private readonly Option<bool> everywhere = new("--all-namespaces", "-A") { Description = "of all namespaces" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels: app=blog,tier!=db" };
    private readonly Option<string?> fields = new("--field-selector") { Description = "by fields: status.phase=Running" };
    private readonly Option<bool> watch = new("--watch", "-w") { Description = "go on with every change" };
    private readonly Option<bool> watchOnly = new("--watch-only") { Description = "the changes alone" };
    private readonly Option<string?> sort = new("--sort-by") { Description = "by a field: .metadata.creationTimestamp" };
    private readonly Option<bool> showLabels = new("--show-labels") { Description = "a column with all labels" };
    private readonly Option<string[]> labelColumns = new("--label-columns", "-L") { Description = "a column for each of these labels" };
    private readonly Option<bool> showKind = new("--show-kind") { Description = "names as pod/ghost" };
    private readonly Option<bool> showManaged = new("--show-managed-fields") { Description = "with the book of who wrote which field" };
    private readonly Option<bool> noHeaders = new("--no-headers") { Description = "rows alone" };
    private readonly Option<bool> ignoreMissing = new("--ignore-not-found") { Description = "what is not there is no error" };
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "what these manifests name" };
    private readonly Option<bool> recursive = ManifestFiles.RecursiveOption();
    private readonly Option<string?> raw = new("--raw") { Description = "the server's answer to this path, as it is" };
    private readonly Argument<string[]> words = NamedObjects.Argument(ArgumentArity.ZeroOrMore);

    public static Command Create()
    {
        var get = new GetVerb();
        var verb = new Command("get", "show objects" + Examples)
        {
            get.words, get.output, get.everywhere, get.labels, get.fields, get.watch, get.watchOnly, get.sort, get.showLabels, get.labelColumns, get.showKind,
            get.showManaged, get.noHeaders, get.ignoreMissing, get.files, get.recursive, get.raw,
        };
        get.kubernetes.AddTo(verb);
        verb.SetAction(get.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var format = OutputFormat.Parse(parsed.GetValue(output));
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        if (parsed.GetValue(raw) is { } path)
        {
            await using var answer = await api.OpenAsync(path, cancel, "application/json, */*").ConfigureAwait(false);
            await using var target = Console.OpenStandardOutput();
            await answer.CopyToAsync(target, cancel).ConfigureAwait(false);
            return 0;
        }

        var queries = Queries(await ResourceType.ListAsync(api, cancel).ConfigureAwait(false), parsed);
        var watched = parsed.GetValue(watch) || parsed.GetValue(watchOnly);
        if (watched && queries.Count > 1)
        {
            throw new CommandFailure("error: you may only specify a single resource type, or a single object, to watch");
        }

        return format.IsTable
            ? await TablesAsync(api, parsed, format, queries, watched, cancel).ConfigureAwait(false)
            : await DocumentsAsync(api, parsed, format, queries, watched, cancel).ConfigureAwait(false);
    }

    private List<ObjectQuery> Queries(IReadOnlyList<ResourceType> types, ParseResult parsed)
    {
        var space = parsed.GetValue(everywhere) ? null : kubernetes.NamespaceOf(parsed);
        return [.. ObjectQuery.Parse(types, parsed.GetValue(words), parsed.GetValue(files), parsed.GetValue(recursive), space)
            .Select(query => query with { Labels = parsed.GetValue(labels), Fields = parsed.GetValue(fields) })];
    }

    private async Task<int> TablesAsync(KubernetesApi api, ParseResult parsed, OutputFormat format, List<ObjectQuery> queries, bool watched, CancellationToken cancel)
    {
        var view = new TableView(Console.Out, new()
        {
            Wide = format.IsWide,
            WithNamespace = parsed.GetValue(everywhere) && queries.Exists(query => query.Type.IsNamespaced),
            WithLabels = parsed.GetValue(showLabels),
            LabelColumns = [.. (parsed.GetValue(labelColumns) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries))],
            NoHeaders = parsed.GetValue(noHeaders),
            NamesWithType = parsed.GetValue(showKind) || queries.Select(query => query.Type).Distinct().Count() > 1,
        });
        var (rows, failures, revision) = (0, 0, "");
        foreach (var group in queries.GroupBy(query => query.Type))
        {
            var tables = new List<JsonObject>();
            foreach (var query in group)
            {
                if (await FindAsync(api, query, KubernetesApi.Table, parsed, cancel).ConfigureAwait(false) is { } table)
                {
                    tables.Add(table);
                    revision = (string?)table["metadata"]?["resourceVersion"] ?? "";
                }
                else
                {
                    failures++;
                }
            }

            rows += parsed.GetValue(watchOnly) ? 0 : view.Print(group.Key, tables, parsed.GetValue(sort));
        }

        if (watched && failures == 0)
        {
            await foreach (var change in ObjectWatch.ChangesAsync(api, queries[0], revision, KubernetesApi.Table, cancel).ConfigureAwait(false))
            {
                view.Print(queries[0].Type, [change], sortBy: null);
            }
        }

        if (rows == 0 && failures == 0 && !parsed.GetValue(ignoreMissing))
        {
            await Console.Error.WriteLineAsync(parsed.GetValue(everywhere) || queries.TrueForAll(query => !query.Type.IsNamespaced) ? "No resources found" : $"No resources found in {kubernetes.NamespaceOf(parsed)} namespace.").ConfigureAwait(false);
        }

        return failures == 0 || parsed.GetValue(ignoreMissing) ? 0 : ExitCodes.Failure;
    }

    private async Task<int> DocumentsAsync(KubernetesApi api, ParseResult parsed, OutputFormat format, List<ObjectQuery> queries, bool watched, CancellationToken cancel)
    {
        var found = new List<(ResourceType Type, JsonObject Document)>();
        var (failures, revision) = (0, "");
        foreach (var query in queries)
        {
            if (await FindAsync(api, query, KubernetesApi.Json, parsed, cancel).ConfigureAwait(false) is { } answer)
            {
                found.AddRange(query.Name is null ? answer["items"]!.AsArray().Select(item => (query.Type, query.WithKind(item!))) : [(query.Type, answer)]);
                revision = (string?)answer["metadata"]?["resourceVersion"] ?? "";
            }
            else
            {
                failures++;
            }
        }

        if (parsed.GetValue(sort) is { } path)
        {
            found = [.. found.OrderBy(document => SortKeys.Of(document.Document, path), SortKeys.Order)];
        }

        found.ForEach(document => Trim(parsed, document.Document));
        if (watched && failures == 0)
        {
            await WatchAsync(api, parsed, format, queries[0], parsed.GetValue(watchOnly) ? [] : found, revision, cancel).ConfigureAwait(false);
        }
        else if (found.Count > 0 || queries.Exists(query => query.Name is null))
        {
            format.Print(Console.Out, found, isOne: queries is [{ Name: not null }], parsed.GetValue(noHeaders));
        }

        return failures == 0 || parsed.GetValue(ignoreMissing) ? 0 : ExitCodes.Failure;
    }

    /// <summary>Each by itself, as it comes.</summary>
    private async Task WatchAsync(KubernetesApi api, ParseResult parsed, OutputFormat format, ObjectQuery query, List<(ResourceType Type, JsonObject Document)> there, string revision, CancellationToken cancel)
    {
        var isFirst = true;
        void Show(JsonObject document)
        {
            if (!isFirst && format.IsYaml)
            {
                Console.WriteLine("---");
            }

            Trim(parsed, document);
            format.Print(Console.Out, [(query.Type, document)], isOne: true, noHeaders: !isFirst || parsed.GetValue(noHeaders));
            Console.Out.Flush();
            isFirst = false;
        }

        there.ForEach(found => Show(found.Document));
        await foreach (var change in ObjectWatch.ChangesAsync(api, query, revision, KubernetesApi.Json, cancel).ConfigureAwait(false))
        {
            Show(change);
        }
    }

    private void Trim(ParseResult parsed, JsonObject document)
    {
        if (!parsed.GetValue(showManaged))
        {
            (document["metadata"] as JsonObject)?.Remove("managedFields");
        }
    }

    /// <returns>Null where an object that is named is not there; that is said unless it is to be ignored.</returns>
    private async Task<JsonObject?> FindAsync(KubernetesApi api, ObjectQuery query, string accept, ParseResult parsed, CancellationToken cancel)
    {
        try
        {
            return await api.GetAsync(query.Path, cancel, accept).ConfigureAwait(false);
        }
        catch (ApiRefusal missing) when (missing.Code == 404 && query.Name is not null)
        {
            if (!parsed.GetValue(ignoreMissing))
            {
                await Console.Error.WriteLineAsync(missing.Message).ConfigureAwait(false);
            }

            return null;
        }
    }
}
