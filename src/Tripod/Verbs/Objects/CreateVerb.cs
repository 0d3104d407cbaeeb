using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod create</c>: of manifests, or of the kinds that are made from files and words.</summary>
internal sealed class CreateVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string> dryRun = new("--dry-run") { Description = "none, client (print it alone) or server", DefaultValueFactory = _ => "none", Recursive = true };
    private readonly Option<string?> output = new("--output", "-o") { Description = "yaml, json, name", Recursive = true };
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "a file, a directory, or - for standard input" };

    public static Command Create()
    {
        var create = new CreateVerb();
        create.dryRun.AcceptOnlyFromAmong("none", "client", "server");
        var verb = new Command("create", "make new objects\n\n  tripod create -f pod.yaml\n  tripod create configmap nginx-config --from-file=nginx.conf\n  tripod create secret generic password --from-literal=password=…")
        {
            create.files, create.dryRun, create.output,
        };
        create.kubernetes.AddTo(verb);
        verb.SetAction((parsed, cancel) => create.RunAsync(parsed, [.. ManifestFiles.Read(parsed.GetValue(create.files) is { Length: > 0 } paths ? paths : throw new CommandFailure("error: must specify -f, or what to create: configmap, secret, namespace"), recursive: false).Select(found => found.Manifest)], cancel));
        verb.Subcommands.Add(create.FromData("configmap", "cm", "ConfigMap"));
        var secret = new Command("secret", "make a Secret") { create.FromData("generic", null, "Secret") };
        verb.Subcommands.Add(secret);
        verb.Subcommands.Add(create.Plain("namespace", "ns", "Namespace"));
        verb.Subcommands.Add(create.Plain("serviceaccount", "sa", "ServiceAccount"));
        return verb;
    }

    private Command FromData(string word, string? alias, string kind)
    {
        var data = new DataSources();
        var name = new Argument<string>("name");
        var type = new Option<string?>("--type") { Description = "the Secret's type" };
        var verb = new Command(word, $"make a {kind} from files and words\n\n  tripod create {(kind == "Secret" ? "secret generic" : word)} settings --from-file=app.conf --from-literal=mode=fast --from-env-file=app.env") { name };
        data.AddTo(verb);
        if (kind == "Secret")
        {
            verb.Options.Add(type);
        }

        kubernetes.AddTo(verb);
        if (alias is not null)
        {
            verb.Aliases.Add(alias);
        }

        verb.SetAction((parsed, cancel) =>
        {
            var document = Document(kind, parsed.GetRequiredValue(name));
            DataSources.Fill(document, data.Read(parsed), encode: kind == "Secret");
            if (kind == "Secret" && parsed.GetValue(type) is { } chosen)
            {
                document["type"] = chosen;
            }

            return RunAsync(parsed, [document], cancel);
        });
        return verb;
    }

    private Command Plain(string word, string alias, string kind)
    {
        var name = new Argument<string>("name");
        var verb = new Command(word, $"make a {kind}") { name };
        verb.Aliases.Add(alias);
        kubernetes.AddTo(verb);
        verb.SetAction((parsed, cancel) => RunAsync(parsed, [Document(kind, parsed.GetRequiredValue(name))], cancel));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<JsonObject> documents, CancellationToken cancel)
    {
        var format = parsed.GetValue(output) is { } text ? OutputFormat.Parse(text) : null;
        if (parsed.GetValue(dryRun) == "client")
        {
            foreach (var document in documents)
            {
                Show(format ?? OutputFormat.Parse("yaml"), document);
            }

            return 0;
        }

        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var isServer = parsed.GetValue(dryRun) == "server";
        foreach (var document in documents)
        {
            var type = ResourceType.Of(types, document);
            var path = type.Path((string?)document["metadata"]?["namespace"] ?? kubernetes.NamespaceOf(parsed));
            var made = await api.SendAsync(HttpMethod.Post, path + "?fieldManager=tripod&fieldValidation=Strict" + (isServer ? "&dryRun=All" : ""), document, cancel).ConfigureAwait(false);
            if (format is not null)
            {
                format.Print(Console.Out, [(type, made)], isOne: true);
            }
            else
            {
                Console.WriteLine($"{type.Name}/{made["metadata"]!["name"]} created{(isServer ? " (server dry run)" : "")}");
            }
        }

        return 0;
    }

    private static void Show(OutputFormat format, JsonObject document)
    {
        var kind = (string?)document["kind"] ?? "";
        format.Print(Console.Out, [(new("", "v1", "", kind.ToLowerInvariant(), kind, true, true, []), document)], isOne: true);
    }

    private static JsonObject Document(string kind, string name) =>
        new() { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
}
