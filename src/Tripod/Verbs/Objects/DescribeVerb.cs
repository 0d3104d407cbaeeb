using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Objects;
using Tripod.Objects.Describing;

namespace Tripod.Verbs.Objects;

/// <summary><c>tripod describe</c>: an object's whole story, its events included.</summary>
internal sealed class DescribeVerb
{
    private readonly KubernetesOptions kubernetes = new();
    private readonly Option<bool> everywhere = new("--all-namespaces", "-A") { Description = "of all namespaces" };
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels" };
    private readonly Option<string[]> files = new("--filename", "-f") { Description = "what these manifests name" };
    private readonly Option<bool> recursive = ManifestFiles.RecursiveOption();
    private readonly Argument<string[]> words = NamedObjects.Argument(ArgumentArity.ZeroOrMore);

    public static Command Create()
    {
        var describe = new DescribeVerb();
        var verb = new Command("describe", "tell an object's whole story\n\n  tripod describe pod ghost\n  tripod describe node\n  tripod describe -f ghost.yaml")
        {
            describe.words, describe.everywhere, describe.labels, describe.files, describe.recursive,
        };
        describe.kubernetes.AddTo(verb);
        verb.SetAction(describe.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var space = parsed.GetValue(everywhere) ? null : kubernetes.NamespaceOf(parsed);
        var (shown, failures) = (0, 0);
        foreach (var query in ObjectQuery.Parse(types, parsed.GetValue(words), parsed.GetValue(files), parsed.GetValue(recursive), space).Select(query => query with { Labels = parsed.GetValue(labels) }))
        {
            try
            {
                var found = await api.GetAsync(query.Path, cancel).ConfigureAwait(false);
                foreach (var document in query.Name is null ? found["items"]!.AsArray().Select(item => query.WithKind(item!)) : [found])
                {
                    Console.Write((shown++ > 0 ? "\n\n" : "") + await DescribeAsync(api, query.Type, document, cancel).ConfigureAwait(false));
                }
            }
            catch (ApiRefusal missing) when (missing.Code == 404 && query.Name is not null)
            {
                await Console.Error.WriteLineAsync(missing.Message).ConfigureAwait(false);
                failures++;
            }
        }

        if (shown == 0 && failures == 0)
        {
            await Console.Error.WriteLineAsync(space is null ? "No resources found" : $"No resources found in {space} namespace.").ConfigureAwait(false);
        }

        return failures == 0 ? 0 : ExitCodes.Failure;
    }

    private static async Task<string> DescribeAsync(KubernetesApi api, ResourceType type, JsonObject document, CancellationToken cancel)
    {
        var text = new Description(TimeProvider.System);
        if (type.Kind == "Pod")
        {
            PodDescription.Describe(text, document);
        }
        else
        {
            Metadata(text, type, document["metadata"]!);
            switch (type.Kind)
            {
                case "ConfigMap" or "Secret":
                    DataDescription.Describe(text, document);
                    break;
                case "Node":
                    NodeDescription.Describe(text, document, (await api.GetAsync("/api/v1/pods", cancel).ConfigureAwait(false))["items"]!.AsArray());
                    break;
                case "Namespace":
                    SmallDescription.Namespace(text, document);
                    break;
                case "ServiceAccount":
                    SmallDescription.ServiceAccount(text, document);
                    break;
                default:
                    OtherDescription.Describe(text, document);
                    break;
            }
        }

        if (type.Kind is not ("Secret" or "Namespace"))
        {
            var space = (string?)document["metadata"]!["namespace"];
            var selector = Uri.EscapeDataString($"involvedObject.kind={type.Kind},involvedObject.name={document["metadata"]!["name"]}");
            var events = await api.GetAsync($"/api/v1{(space is null ? "" : $"/namespaces/{space}")}/events?fieldSelector={selector}", cancel).ConfigureAwait(false);
            text.Events(events["items"]!.AsArray());
        }

        return text.Text.ToString();
    }

    private static void Metadata(Description text, ResourceType type, JsonNode metadata)
    {
        text.Add(0, "Name", (string?)metadata["name"]);
        if ((string?)metadata["namespace"] is { } space)
        {
            text.Add(0, "Namespace", space);
        }

        if (type.Kind == "Node")
        {
            text.Add(0, "Roles", string.Join(',', NodeDescription.Roles(metadata)));
        }

        text.Labels(metadata).Annotations(metadata);
    }
}
