using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tripod.FrontDoors.Cri;

/// <summary>Where the CRI listens, and what it says of the engine.</summary>
public sealed record CriDoorOptions
{
    /// <summary>The path of the socket (<c>/run/tripod/cri.sock</c>); root's alone.</summary>
    public required string Socket { get; init; }

    /// <summary>An fd that listens there already; null where it is opened here.</summary>
    public int? SocketHandle { get; init; }

    /// <summary>Shown as the runtime's version.</summary>
    public required string Version { get; init; }

    /// <summary>Of the engine's own, used where a sandbox names no handler.</summary>
    public required string DefaultHandler { get; init; }

    /// <summary>Where devices are described (CDI): of two that have the same device the later folder's is meant.</summary>
    public IReadOnlyList<string> CdiSpecDirs { get; init; } = ["/etc/cdi", "/var/run/cdi"];

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
