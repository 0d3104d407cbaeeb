using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tripod.FrontDoors.Docker;

/// <summary>Where the Docker API listens, and what it says of the engine.</summary>
public sealed record DockerDoorOptions
{
    /// <summary>The path of the socket (<c>/run/tripod/docker.sock</c>); who may write to it is root on this machine.</summary>
    public required string Socket { get; init; }

    /// <summary>An fd that listens there already; null where it is opened here.</summary>
    public int? SocketHandle { get; init; }

    /// <summary>One more path, where clients look of themselves; left alone where somebody else serves it.</summary>
    public string? UsualSocket { get; init; }

    /// <summary>Over TCP, for clients with a certificate of <see cref="PkiDirectory"/>'s authority only; null: not at all.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>The door's own authority, server key, and in <c>client/</c> the files that docker's <c>--tlsverify</c> wants. A certificate of the Kubernetes door's opens nothing here.</summary>
    public required string PkiDirectory { get; init; }

    /// <summary>This machine's own, for the certificate of a door that listens on all of them.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>This machine's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>Shown as the server's version.</summary>
    public required string Version { get; init; }

    /// <summary>State of the engine, shown as Docker's root directory.</summary>
    public required string Root { get; init; }

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
