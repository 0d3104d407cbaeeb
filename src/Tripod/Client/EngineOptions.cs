using System.CommandLine;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>Which engine a verb speaks to; all else about it stands in its record.</summary>
internal sealed class EngineOptions
{
    private readonly Option<string?> root = new("--root") { Description = "its state, where one is started now and none ran there before (/var/lib/tripod)" };

    public Option<string> Run { get; } = ServeOptions.RunOption();

    public void AddTo(Command verb)
    {
        verb.Options.Add(Run);
        verb.Options.Add(root);
    }

    /// <summary>Null where none runs.</summary>
    public Task<EngineRecord?> FindAsync(ParseResult parsed, CancellationToken cancel) => RunningEngine.FindAsync(parsed.GetRequiredValue(Run), cancel);

    /// <summary>The engine that runs, or one that is started now.</summary>
    public Task<EngineRecord> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        var run = Path.GetFullPath(parsed.GetRequiredValue(Run));
        return RunningEngine.FindOrStartAsync(run, parsed.GetValue(root) is { } state && EngineRecord.Read(run) is null ? ["serve", "--run", run, "--root", Path.GetFullPath(state)] : null, cancel);
    }

    public async Task<DockerApi> OpenDockerAsync(ParseResult parsed, CancellationToken cancel) => new((await OpenAsync(parsed, cancel).ConfigureAwait(false)).DockerSocket);
}
