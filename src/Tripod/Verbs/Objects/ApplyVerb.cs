using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod apply</c>: what the manifests say shall be so, by server-side apply.</summary>
internal sealed class ApplyVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "a file, a directory, or - for standard input", Required = true };
    private readonly Option<bool> recursive = ManifestFiles.RecursiveOption();
    private readonly Option<string> dryRun = new("--dry-run") { Description = "none, or server: checked there, and not kept", DefaultValueFactory = _ => "none" };
    private readonly Option<string?> output = new("--output", "-o") { Description = "yaml, json, name" };
    private readonly Option<string> validate = new("--validate") { Description = "strict, warn or ignore: what becomes of unknown fields", DefaultValueFactory = _ => "strict" };

    public static Command Create()
    {
        var apply = new ApplyVerb();
        apply.dryRun.AcceptOnlyFromAmong("none", "server");
        apply.validate.AcceptOnlyFromAmong("strict", "warn", "ignore", "true", "false");
        var verb = new Command("apply", "make what manifests describe\n\n  tripod apply -f ghost.yaml\n  tripod apply -f manifests/ --recursive\n  cat pod.yaml | tripod apply -f -")
        {
            apply.files, apply.recursive, apply.dryRun, apply.output, apply.validate,
        };
        apply.kubernetes.AddTo(verb);
        verb.SetAction(apply.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        // Read whole before anything is done: half an apply helps nobody.
        var manifests = ManifestFiles.Read(parsed.GetRequiredValue(files), parsed.GetValue(recursive));
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var failures = 0;
        foreach (var (source, manifest) in manifests)
        {
            try
            {
                await ApplyAsync(api, parsed, ResourceType.Of(types, manifest), manifest, cancel).ConfigureAwait(false);
            }
            catch (ApiRefusal refusal)
            {
                await Console.Error.WriteLineAsync(refusal.While($"error when applying \"{source}\"")).ConfigureAwait(false);
                failures++;
            }
            catch (CommandFailure failure)
            {
                await Console.Error.WriteLineAsync(failure.Shown.Replace("error: ", $"error: {source}: ", StringComparison.Ordinal)).ConfigureAwait(false);
                failures++;
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private async Task ApplyAsync(KubernetesApi api, ParseResult parsed, ResourceType type, JsonObject manifest, CancellationToken cancel)
    {
        var name = (string?)manifest["metadata"]?["name"] ?? throw new CommandFailure("error: metadata.name is missing: what is applied needs a name");
        var space = type.IsNamespaced ? (string?)manifest["metadata"]?["namespace"] ?? kubernetes.NamespaceOf(parsed) : null;
        var path = type.Path(space, name);
        var before = await api.FindAsync(path, cancel).ConfigureAwait(false);
        var validation = parsed.GetValue(validate) switch { "warn" => "Warn", "ignore" or "false" => "Ignore", _ => "Strict" };
        var query = $"?fieldManager=tripod&force=true&fieldValidation={validation}" + (parsed.GetValue(dryRun) == "server" ? "&dryRun=All" : "");
        var after = await api.SendAsync(HttpMethod.Patch, path + query, LastApplied.Note(manifest, space), cancel, KubernetesApi.Yaml).ConfigureAwait(false);
        var what = before is null ? "created" : Version(before) == Version(after) ? "unchanged" : "configured";
        if (parsed.GetValue(output) is { } form)
        {
            after["metadata"]!.AsObject().Remove("managedFields");
            OutputFormat.Parse(form).Print(Console.Out, [(type, after)], isOne: true);
            return;
        }

        Console.WriteLine($"{type.Name}/{name} {what}{(parsed.GetValue(dryRun) == "server" ? " (server dry run)" : "")}");
    }

    private static string? Version(JsonObject document) => (string?)document["metadata"]?["resourceVersion"];
}
