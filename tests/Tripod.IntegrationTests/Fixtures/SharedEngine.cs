using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>One engine for all tests of a class that do not disturb each other.</summary>
public sealed class SharedEngine : IAsyncLifetime
{
    public Engine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await Engine.Start();

    public ValueTask DisposeAsync() => Engine?.DisposeAsync() ?? ValueTask.CompletedTask;
}
