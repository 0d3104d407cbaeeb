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
    private readonly Option<bool> recursive = ManifestFiles.RecursiveOption();

    public static Command Create()
    {
        var create = new CreateVerb();
        create.dryRun.AcceptOnlyFromAmong("none", "client", "server");
        var verb = new Command("create", "make new objects\n\n  tripod create -f pod.yaml\n  tripod create configmap nginx-config --from-file=nginx.conf\n  tripod create secret generic password --from-literal=password=…")
        {
            create.files, create.recursive, create.dryRun, create.output,
        };
        create.kubernetes.AddTo(verb);
        verb.SetAction((parsed, cancel) => create.FromManifestsAsync(parsed, cancel));
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
            DataSources.Fill(document, data.Read(parsed, kind), encode: kind == "Secret");
            if (kind == "Secret" && parsed.GetValue(type) is { } chosen)
            {
                document["type"] = chosen;
            }

            return FromWordsAsync(parsed, document, cancel);
        });
        return verb;
    }

    private Command Plain(string word, string alias, string kind)
    {
        var name = new Argument<string>("name");
        var verb = new Command(word, $"make a {kind}") { name };
        verb.Aliases.Add(alias);
        kubernetes.AddTo(verb);
        verb.SetAction((parsed, cancel) => FromWordsAsync(parsed, Document(kind, parsed.GetRequiredValue(name)), cancel));
        return verb;
    }

    private async Task<int> FromManifestsAsync(ParseResult parsed, CancellationToken cancel)
    {
        var paths = parsed.GetValue(files) is { Length: > 0 } named ? named : throw new CommandFailure("error: must specify -f, or what to create: configmap, secret, namespace, serviceaccount");
        var failures = 0;
        foreach (var (source, manifest) in ManifestFiles.Read(paths, parsed.GetValue(recursive)))
        {
            try
            {
                await RunAsync(parsed, manifest, cancel).ConfigureAwait(false);
            }
            catch (ApiRefusal refusal)
            {
                await Console.Error.WriteLineAsync(refusal.While($"error when creating \"{source}\"")).ConfigureAwait(false);
                failures++;
            }
        }

        return failures == 0 ? 0 : ExitCodes.Failure;
    }

    private async Task<int> FromWordsAsync(ParseResult parsed, JsonObject document, CancellationToken cancel)
    {
        try
        {
            return await RunAsync(parsed, document, cancel).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal)
        {
            throw new CommandFailure($"error: failed to create {((string)document["kind"]!).ToLowerInvariant()}: {refusal.Said}", inner: refusal);
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, JsonObject document, CancellationToken cancel)
    {
        var format = parsed.GetValue(output) is { } text ? OutputFormat.Parse(text) : null;
        if (parsed.GetValue(dryRun) == "client")
        {
            if (kubernetes.Named(parsed) is { } space)
            {
                document["metadata"]!.AsObject().TryAdd("namespace", space);
            }

            Show(format, Unserved((string)document["kind"]!), document, " (dry run)");
            return 0;
        }

        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var type = ResourceType.Of(await ResourceType.ListAsync(api, cancel).ConfigureAwait(false), document);
        var isServer = parsed.GetValue(dryRun) == "server";
        var path = type.Path((string?)document["metadata"]?["namespace"] ?? kubernetes.NamespaceOf(parsed));
        var made = await api.SendAsync(HttpMethod.Post, path + "?fieldManager=tripod&fieldValidation=Strict" + (isServer ? "&dryRun=All" : ""), document, cancel).ConfigureAwait(false);
        made["metadata"]!.AsObject().Remove("managedFields");
        Show(format, type, made, isServer ? " (server dry run)" : "");
        return 0;
    }

    private static void Show(OutputFormat? format, ResourceType type, JsonObject document, string dry)
    {
        if (format is null)
        {
            Console.WriteLine($"{type.Name}/{document["metadata"]!["name"]} created{dry}");
        }
        else
        {
            format.Print(Console.Out, [(type, document)], isOne: true);
        }
    }

    /// <summary>Enough to name it: no server is asked.</summary>
    private static ResourceType Unserved(string kind) => new("", "v1", "", kind.ToLowerInvariant(), kind, IsNamespaced: true, IsServed: true, []);

    private static JsonObject Document(string kind, string name) =>
        new() { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
}
