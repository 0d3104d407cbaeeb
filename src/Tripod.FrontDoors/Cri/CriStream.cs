using Grpc.Core;

namespace Tripod.FrontDoors.Cri;

/// <summary>A list sent in parts, each of a size that any client takes (KEP-5825).</summary>
internal static class CriStream
{
    private const int PerMessage = 100;

    public static Task SendAsync<T>(CriParts parts, ServerCallContext call, Func<IReadOnlyList<T>> list, Func<T[], Task> send) => CriCall.RunAsync(parts, call, async cancel =>
    {
        foreach (var some in list().Chunk(PerMessage))
        {
            cancel.ThrowIfCancellationRequested();
            await send(some).ConfigureAwait(false);
        }

        return true;
    });
}
