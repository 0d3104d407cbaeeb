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
    private readonly Option<bool> all = new("--all") { Description = "all of the type in the namespace" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels" };
    private readonly Option<int?> grace = new("--grace-period") { Description = "seconds that containers have to end" };
    private readonly Option<bool> now = new("--now") { Description = "one second" };
    private readonly Option<bool> force = new("--force") { Description = "no grace at all" };
    private readonly Option<bool> wait = new("--wait") { Description = "until they are gone", DefaultValueFactory = _ => true };
    private readonly Option<bool> ignoreMissing = new("--ignore-not-found") { Description = "what is not there is no error" };
    private readonly Argument<string[]> words = new("type name... or type/name...") { Arity = ArgumentArity.ZeroOrMore };

    public static Command Create()
    {
        var delete = new DeleteVerb();
        var verb = new Command("delete", "delete objects, and wait until they are gone\n\n  tripod delete pod ghost\n  tripod delete -f ghost.yaml\n  tripod delete pods --all --now")
        {
            delete.words, delete.files, delete.all, delete.labels, delete.grace, delete.now, delete.force, delete.wait, delete.ignoreMissing,
        };
        delete.kubernetes.AddTo(verb);
        verb.SetAction(delete.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var failures = 0;
        var deleted = new List<(string Path, string Uid)>();
        foreach (var (type, space, name) in await TargetsAsync(api, types, parsed, cancel).ConfigureAwait(false))
        {
            try
            {
                var path = type.Path(space, name);
                var answer = await api.SendAsync(HttpMethod.Delete, path, Options(parsed), cancel).ConfigureAwait(false);
                Console.WriteLine($"{type.Name} \"{name}\" {(parsed.GetValue(force) ? "force deleted" : "deleted")}");
                deleted.Add((path, (string?)answer["metadata"]?["uid"] ?? (string?)answer["details"]?["uid"] ?? ""));
            }
            catch (ApiRefusal refusal) when (refusal.Code == 404 && parsed.GetValue(ignoreMissing))
            {
            }
            catch (ApiRefusal refusal)
            {
                await Console.Error.WriteLineAsync(refusal.Message).ConfigureAwait(false);
                failures++;
            }
        }

        if (parsed.GetValue(wait))
        {
            foreach (var (path, uid) in deleted)
            {
                await WaitAsync(api, path, uid, cancel).ConfigureAwait(false);
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private async Task<IReadOnlyList<(ResourceType Type, string Namespace, string Name)>> TargetsAsync(KubernetesApi api, IReadOnlyList<ResourceType> types, ParseResult parsed, CancellationToken cancel)
    {
        var space = kubernetes.NamespaceOf(parsed);
        if (parsed.GetValue(files) is { Length: > 0 } paths)
        {
            return [.. ManifestFiles.Read(paths, recursive: false).Select(found => (ResourceType.Of(types, found.Manifest), (string?)found.Manifest["metadata"]?["namespace"] ?? space, (string?)found.Manifest["metadata"]?["name"] ?? ""))];
        }

        var targets = new List<(ResourceType, string, string)>();
        foreach (var (type, name) in NamedObjects.Parse(types, parsed.GetValue(words) ?? []))
        {
            if (name is not null)
            {
                targets.Add((type, space, name));
                continue;
            }

            if (!parsed.GetValue(all) && parsed.GetValue(labels) is null)
            {
                throw new CommandFailure("error: resource(s) were provided, but no name was specified: name one, or say --all or -l");
            }

            var query = parsed.GetValue(labels) is { } selector ? $"?labelSelector={Uri.EscapeDataString(selector)}" : "";
            var found = await api.GetAsync(type.Path(space) + query, cancel).ConfigureAwait(false);
            targets.AddRange(found["items"]!.AsArray().Select(item => (type, space, (string)item!["metadata"]!["name"]!)));
        }

        return targets;
    }

    private JsonObject Options(ParseResult parsed)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Background" };
        int? seconds = parsed.GetValue(force) ? 0 : parsed.GetValue(now) ? 1 : parsed.GetValue(grace);
        if (seconds is >= 0)
        {
            options["gracePeriodSeconds"] = seconds;
        }

        return options;
    }

    /// <summary>Until no object of that uid is there; a new one of the same name is none of ours.</summary>
    private static async Task WaitAsync(KubernetesApi api, string path, string uid, CancellationToken cancel)
    {
        while (await api.FindAsync(path, cancel).ConfigureAwait(false) is { } left && (uid.Length == 0 || (string?)left["metadata"]?["uid"] == uid))
        {
            var (collection, name) = (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
            var version = (string?)left["metadata"]?["resourceVersion"];
            using var lines = new StreamReader(await api.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"{collection}?watch=1&fieldSelector=metadata.name%3D{name}&resourceVersion={version}&timeoutSeconds=60"), cancel).ConfigureAwait(false));
            while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line && (string?)JsonNode.Parse(line)?["type"] is not ("DELETED" or "ERROR"))
            {
            }
        }
    }
}
