using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Cri.Streams;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri;

/// <summary>What the door's operations work with.</summary>
internal sealed record CriParts(CriDoorOptions Options, ContainerRuntime Runtime, TimeProvider Clock, ILogger Log)
{
    public CriLookup Lookup { get; } = new(Runtime);

    public StreamTokens Tokens { get; } = new(Clock);

    /// <summary>Nanoseconds since 1970, as every time in the CRI.</summary>
    public long Now => Nanoseconds(Clock.GetUtcNow());

    public static long Nanoseconds(DateTimeOffset? time) => time is { } moment ? (moment - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;
}
