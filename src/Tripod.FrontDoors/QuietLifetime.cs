using Microsoft.Extensions.Hosting;

namespace Tripod.FrontDoors;

/// <summary>The program that opens the door listens for signals; the door itself does not.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
