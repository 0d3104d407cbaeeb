using System.CommandLine;

namespace Tripod.Client;

/// <summary>What verbs on objects share: the engine, and the namespace.</summary>
internal sealed class KubernetesOptions
{
    public EngineOptions Engine { get; } = new();

    public Option<string> Namespace { get; } = new("--namespace", "-n") { Description = "the namespace", DefaultValueFactory = _ => "default" };

    public void AddTo(Command verb)
    {
        verb.Options.Add(Namespace);
        verb.Options.Add(Engine.Run);
    }

    public async Task<KubernetesApi> OpenAsync(ParseResult parsed, CancellationToken cancel) =>
        new((await Engine.OpenAsync(parsed, cancel).ConfigureAwait(false)).Kubeconfig);

    public string NamespaceOf(ParseResult parsed) => parsed.GetRequiredValue(Namespace);
}
