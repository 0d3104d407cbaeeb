using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Streams;
using Tripod.Pods.Standalone;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker;

/// <summary>The Docker Engine API on a Unix socket, and over TLS where it is asked for. <c>tripod serve</c> opens it; each request goes to <see cref="DockerRouter"/>.</summary>
public static class DockerDoor
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Listens, and lets root and the socket's group in, once <see cref="StartAsync"/> is called.</summary>
    public static WebApplication Create(DockerDoorOptions options, ContainerRuntime runtime, StandaloneEngine standalone, TimeProvider clock)
    {
        var log = options.Logging.CreateLogger("Tripod.Docker");
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "tripod" });
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // An archive to load has any size, and comes as fast as its disk.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            if (options.Listen is { } address)
            {
                TlsListener.Listen(kestrel, address, options, clock, log);
            }

            if (options.SocketHandle is { } handle)
            {
                kestrel.ListenHandle((ulong)handle, listen => listen.Use(next => connection => HalfClose.RunAsync(connection, next)));
            }

            foreach (var socket in OpenedHere(options))
            {
                kestrel.ListenUnixSocket(socket, listen => listen.Use(next => connection => HalfClose.RunAsync(connection, next)));
            }
        });
        var app = builder.Build();
        var parts = new DockerParts(options, runtime, standalone, clock, log);
        _ = parts.Events.ListenAsync(app.Lifetime.ApplicationStopping);
        app.Run(new DockerRouter(parts).HandleAsync);
        return app;
    }

    /// <exception cref="InvalidOperationException">Somebody else serves the socket.</exception>
    public static async Task StartAsync(WebApplication door, DockerDoorOptions options, CancellationToken cancel)
    {
        if (options.SocketHandle is null && ServedSocket.Is(options.Socket))
        {
            throw new InvalidOperationException($"listen on {options.Socket}: another program serves it; name another path with --docker-socket");
        }

        var sockets = SocketsOf(options);
        foreach (var stale in OpenedHere(options))
        {
            // What a killed engine left.
            File.Delete(stale);
        }

        await door.StartAsync(cancel).ConfigureAwait(false);
        foreach (var socket in sockets)
        {
            File.SetUnixFileMode(socket, OwnerAndGroup);
        }
    }

    private static IEnumerable<string> OpenedHere(DockerDoorOptions options) => SocketsOf(options).Skip(options.SocketHandle is null ? 0 : 1);

    /// <summary>The paths that are this engine's to serve.</summary>
    public static IReadOnlyList<string> SocketsOf(DockerDoorOptions options) =>
        options.UsualSocket is { } usual && !ServedSocket.Is(usual) ? [options.Socket, usual] : [options.Socket];
}
