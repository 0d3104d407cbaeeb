using System.CommandLine;

namespace Tripod.Client;

/// <summary>What verbs on objects share: the engine, and the namespace.</summary>
internal sealed class KubernetesOptions
{
    private const string DefaultNamespace = "default";

    private readonly EngineOptions engine = new();
    private readonly Option<string?> space = new("--namespace", "-n") { Description = "the namespace (default)" };
    private readonly Option<string?> kubeconfig = new("--kubeconfig") { Description = "speak to the server of this file, and start no engine" };
    private string? usual;

    public void AddTo(Command verb)
    {
        verb.Options.Add(space);
        verb.Options.Add(kubeconfig);
        engine.AddTo(verb);
    }

    public async Task<KubernetesApi> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        var config = parsed.GetValue(kubeconfig) is { } path
            ? KubeconfigFile.Read(path)
            : KubeconfigFile.Of(await engine.OpenAsync(parsed, cancel).ConfigureAwait(false));
        usual = config.Namespace;
        return new(config);
    }

    /// <summary>The namespace that was typed.</summary>
    public string? Named(ParseResult parsed) => parsed.GetValue(space);

    /// <summary>The one that is named, else that of the kubeconfig; to be asked once the API is open.</summary>
    public string NamespaceOf(ParseResult parsed) => parsed.GetValue(space) ?? usual ?? DefaultNamespace;
}
