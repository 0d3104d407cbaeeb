using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Correspondence;
using Tripod.Objects;

namespace Tripod.Verbs.Containers;

/// <summary><c>tripod docker-run</c>: the docker commands that a pod amounts to.</summary>
internal static class DockerRunVerb
{
    public static Command Create()
    {
        var kubernetes = new KubernetesOptions();
        var pod = new Argument<string>("pod");
        var verb = new Command("docker-run", "print the docker commands that a pod amounts to\n\n  tripod docker-run ghost\n  tripod docker-run ghost -n blogs > by-hand.sh") { pod };
        kubernetes.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            using var api = await kubernetes.OpenAsync(parsed, cancel).ConfigureAwait(false);
            var name = PodContainers.PodName(parsed.GetRequiredValue(pod));
            var space = $"/api/v1/namespaces/{Uri.EscapeDataString(kubernetes.NamespaceOf(parsed))}";
            var found = await api.GetAsync($"{space}/pods/{Uri.EscapeDataString(name)}", cancel).ConfigureAwait(false);
            var sources = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
            foreach (var source in (found["spec"]!["volumes"] as JsonArray ?? []).OfType<JsonNode>().Select(DockerCommands.SourceOf).Where(source => source.Length > 0).Distinct())
            {
                if (await api.FindAsync($"{space}/{source}", cancel).ConfigureAwait(false) is { } data)
                {
                    sources[source] = data;
                }
            }

            foreach (var line in DockerCommands.Of(found, sources))
            {
                Console.WriteLine(line);
            }

            return 0;
        });
        return verb;
    }
}
