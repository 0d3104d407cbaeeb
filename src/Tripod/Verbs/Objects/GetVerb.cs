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
    private readonly Option<string?> output = new("--output", "-o") { Description = "wide, yaml, json, name, jsonpath=…, custom-columns=…" };
    private readonly Option<bool> everywhere = new("--all-namespaces", "-A") { Description = "of all namespaces" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels: app=blog,tier!=db" };
    private readonly Option<string?> fields = new("--field-selector") { Description = "by fields: status.phase=Running" };
    private readonly Option<bool> watch = new("--watch", "-w") { Description = "go on with every change" };
    private readonly Option<string?> sort = new("--sort-by") { Description = "by a field: .metadata.creationTimestamp" };
    private readonly Option<bool> showLabels = new("--show-labels") { Description = "a column with all labels" };
    private readonly Option<bool> noHeaders = new("--no-headers") { Description = "rows alone" };
    private readonly Option<bool> ignoreMissing = new("--ignore-not-found") { Description = "what is not there is no error" };
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "what these manifests name" };
    private readonly Argument<string[]> words = new("type [name...] or type/name...") { Arity = ArgumentArity.ZeroOrMore };

    public static Command Create()
    {
        var get = new GetVerb();
        var verb = new Command("get", "show objects" + Examples)
        {
            get.words, get.output, get.everywhere, get.labels, get.fields, get.watch, get.sort, get.showLabels, get.noHeaders, get.ignoreMissing, get.files,
        };
        get.kubernetes.AddTo(verb);
        verb.SetAction(get.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var format = OutputFormat.Parse(parsed.GetValue(output));
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var targets = Targets(types, parsed);
        return format.IsTable
            ? await TablesAsync(api, parsed, format, targets, cancel).ConfigureAwait(false)
            : await DocumentsAsync(api, parsed, format, targets, cancel).ConfigureAwait(false);
    }

    private List<(ResourceType Type, string? Name, string? Namespace)> Targets(IReadOnlyList<ResourceType> types, ParseResult parsed)
    {
        var space = parsed.GetValue(everywhere) ? null : kubernetes.NamespaceOf(parsed);
        return parsed.GetValue(files) is { Length: > 0 } paths
            ? [.. ManifestFiles.Read(paths, recursive: false).Select(found => (ResourceType.Of(types, found.Manifest), (string?)found.Manifest["metadata"]?["name"], (string?)found.Manifest["metadata"]?["namespace"] ?? space))]
            : [.. NamedObjects.Parse(types, parsed.GetValue(words) ?? []).Select(target => (target.Type, target.Name, space))];
    }

    private async Task<int> TablesAsync(KubernetesApi api, ParseResult parsed, OutputFormat format, List<(ResourceType Type, string? Name, string? Namespace)> targets, CancellationToken cancel)
    {
        var view = new TableView(Console.Out, format.IsWide, parsed.GetValue(everywhere), parsed.GetValue(showLabels), parsed.GetValue(noHeaders), targets.Select(target => target.Type).Distinct().Count() > 1);
        var (rows, failures) = (0, 0);
        foreach (var group in targets.GroupBy(target => target.Type))
        {
            var tables = new List<JsonObject>();
            foreach (var (type, name, space) in group)
            {
                try
                {
                    tables.Add(await api.GetAsync(Query(type, name, space, parsed), cancel, KubernetesApi.Table).ConfigureAwait(false));
                }
                catch (ApiRefusal missing) when (missing.Code == 404 && name is not null)
                {
                    failures += Miss(parsed, missing);
                }
            }

            rows += view.Print(group.Key, tables, parsed.GetValue(sort));
        }

        if (rows == 0 && failures == 0 && targets.TrueForAll(target => target.Name is null) && !parsed.GetValue(watch))
        {
            await Console.Error.WriteLineAsync(parsed.GetValue(everywhere) ? "No resources found" : $"No resources found in {kubernetes.NamespaceOf(parsed)} namespace.").ConfigureAwait(false);
        }

        if (parsed.GetValue(watch))
        {
            var (type, name, space) = targets[0];
            await WatchAsync(api, Query(type, null, space, parsed) + (name is null ? "" : $"&fieldSelector=metadata.name%3D{name}") + "&watch=1", view, type, cancel).ConfigureAwait(false);
        }

        return failures == 0 ? 0 : 1;
    }

    private static async Task WatchAsync(KubernetesApi api, string path, TableView view, ResourceType type, CancellationToken cancel)
    {
        // From now on: what there is has just been shown.
        var now = await api.GetAsync(path.Replace("&watch=1", "&limit=1", StringComparison.Ordinal), cancel).ConfigureAwait(false);
        using var lines = new StreamReader(await api.OpenAsync($"{path}&resourceVersion={now["metadata"]!["resourceVersion"]}", cancel, KubernetesApi.Table).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (JsonNode.Parse(line) is JsonObject { } change && (string?)change["type"] != "BOOKMARK")
            {
                view.Print(type, [(JsonObject)change["object"]!], sortBy: null);
            }
        }
    }

    private async Task<int> DocumentsAsync(KubernetesApi api, ParseResult parsed, OutputFormat format, List<(ResourceType Type, string? Name, string? Namespace)> targets, CancellationToken cancel)
    {
        var found = new List<(ResourceType, JsonObject)>();
        var failures = 0;
        foreach (var (type, name, space) in targets)
        {
            try
            {
                var answer = await api.GetAsync(Query(type, name, space, parsed), cancel).ConfigureAwait(false);
                found.AddRange(name is null ? answer["items"]!.AsArray().Select(item => (type, WithKind(type, (JsonObject)item!.DeepClone()))) : [(type, answer)]);
            }
            catch (ApiRefusal missing) when (missing.Code == 404 && name is not null)
            {
                failures += Miss(parsed, missing);
            }
        }

        if (parsed.GetValue(sort) is { } path)
        {
            found = [.. found.OrderBy(document => JsonPath.Values(path, document.Item2).Select(JsonPath.Text).FirstOrDefault(), StringComparer.Ordinal)];
        }

        found.ForEach(document => (document.Item2["metadata"] as JsonObject)?.Remove("managedFields"));
        if (found.Count > 0 || targets.Exists(target => target.Name is null))
        {
            format.Print(Console.Out, found, isOne: targets is [{ Name: not null }]);
        }

        return failures == 0 ? 0 : 1;
    }

    private int Miss(ParseResult parsed, ApiRefusal missing)
    {
        if (parsed.GetValue(ignoreMissing))
        {
            return 0;
        }

        Console.Error.WriteLine(missing.Message);
        return 1;
    }

    private string Query(ResourceType type, string? name, string? space, ParseResult parsed)
    {
        var query = new List<string> { "includeObject=Object" };
        if (name is null && parsed.GetValue(labels) is { } label)
        {
            query.Add($"labelSelector={Uri.EscapeDataString(label)}");
        }

        if (name is null && parsed.GetValue(fields) is { } field)
        {
            query.Add($"fieldSelector={Uri.EscapeDataString(field)}");
        }

        return $"{type.Path(space, name)}?{string.Join('&', query)}";
    }

    /// <summary>Items of a list come without their kind.</summary>
    private static JsonObject WithKind(ResourceType type, JsonObject document)
    {
        document["kind"] ??= type.Kind;
        document["apiVersion"] ??= type.Group.Length == 0 ? type.Version : $"{type.Group}/{type.Version}";
        return document;
    }
}
