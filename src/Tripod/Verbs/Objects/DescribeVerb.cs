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
    private readonly Option<string?> labels = new("--selector", "-l") { Description = "by labels" };
    private readonly Argument<string[]> words = new("type [name...] or type/name...") { Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var describe = new DescribeVerb();
        var verb = new Command("describe", "tell an object's whole story\n\n  tripod describe pod ghost\n  tripod describe node") { describe.words, describe.labels };
        describe.kubernetes.AddTo(verb);
        verb.SetAction(describe.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
        var types = await ResourceType.ListAsync(api, cancel).ConfigureAwait(false);
        var isFirst = true;
        foreach (var (type, name) in NamedObjects.Parse(types, parsed.GetRequiredValue(words)))
        {
            foreach (var document in await FindAsync(api, parsed, type, name, cancel).ConfigureAwait(false))
            {
                if (!isFirst)
                {
                    Console.WriteLine("\n");
                }

                isFirst = false;
                (await DescribeAsync(api, type, document, cancel).ConfigureAwait(false)).Print(Console.Out);
            }
        }

        return 0;
    }

    private async Task<IReadOnlyList<JsonObject>> FindAsync(KubernetesApi api, ParseResult parsed, ResourceType type, string? name, CancellationToken cancel)
    {
        var query = parsed.GetValue(labels) is { } selector ? $"?labelSelector={Uri.EscapeDataString(selector)}" : "";
        var found = await api.GetAsync(type.Path(kubernetes.NamespaceOf(parsed), name) + (name is null ? query : ""), cancel).ConfigureAwait(false);
        return name is null ? [.. found["items"]!.AsArray().Select(item => item!.AsObject())] : [found];
    }

    private static async Task<Description> DescribeAsync(KubernetesApi api, ResourceType type, JsonObject document, CancellationToken cancel)
    {
        document["kind"] ??= type.Kind;
        var text = new Description();
        if (type.Kind == "Pod")
        {
            PodDescription.Describe(text, document);
        }
        else
        {
            CommonDescription.Describe(text, document);
        }

        var space = (string?)document["metadata"]!["namespace"];
        var selector = Uri.EscapeDataString($"involvedObject.kind={type.Kind},involvedObject.name={document["metadata"]!["name"]}");
        var events = await api.GetAsync($"/api/v1{(space is null ? "" : $"/namespaces/{space}")}/events?fieldSelector={selector}", cancel).ConfigureAwait(false);
        CommonDescription.Events(text, events["items"]!.AsArray());
        return text;
    }
}
