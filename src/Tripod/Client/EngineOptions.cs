using System.CommandLine;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>Which engine a verb speaks to; all else about it stands in its record.</summary>
internal sealed class EngineOptions
{
    public Option<string> Run { get; } = ServeOptions.RunOption();

    /// <summary>The engine that runs, or one that is started now.</summary>
    public Task<EngineRecord> OpenAsync(ParseResult parsed, CancellationToken cancel) => RunningEngine.FindOrStartAsync(parsed.GetRequiredValue(Run), null, cancel);
}
