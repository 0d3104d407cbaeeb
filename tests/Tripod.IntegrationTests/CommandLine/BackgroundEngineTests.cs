using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.CommandLine;

/// <summary>A verb that needs an engine starts one as it was, and <c>down</c> and <c>up</c> keep the pods.</summary>
public sealed class BackgroundEngineTests
{
    [Fact]
    public async Task Pods_come_back_with_the_engine_that_a_verb_starts()
    {
        await using var engine = await Engine.Start();
        await engine.Apply(Pods.Manifests.Script("stays", "sleep 1000"));
        await engine.WaitReady("stays");
        Assert.Contains("tripod is down", await Command.Run(Engine.TripodProgram, "down", "--run", engine.Run), StringComparison.Ordinal);
        Assert.Empty(await engine.Leftovers());

        var started = await Command.Try(Engine.TripodProgram, "get", "--run", engine.Run, "pods");
        Assert.Contains("started one in the background", started.Error, StringComparison.Ordinal);
        Assert.Contains("stays", started.Output, StringComparison.Ordinal);
        await engine.WaitReady("stays");
        Assert.Contains(engine.Run, await Command.Run(Engine.TripodProgram, "up", "--run", engine.Run), StringComparison.Ordinal);
    }
}
