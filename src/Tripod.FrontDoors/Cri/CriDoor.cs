using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tripod.FrontDoors.Cri.Streams;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri;

/// <summary>
/// The Container Runtime Interface on a Unix socket, for a kubelet or crictl; streams are served on loopback, to whoever has
/// the token of one. <c>tripod serve</c> opens it; it hands on to the runtime, and to nothing else: here the kubelet is the
/// pod engine.
/// </summary>
public static class CriDoor
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The kubelet's own limit of a message.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    public static WebApplication Create(CriDoorOptions options, ContainerRuntime runtime, TimeProvider clock)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "tripod" });
        var parts = new CriParts(options, runtime, clock, options.Logging.CreateLogger("Tripod.Cri"));
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (MostBytes, MostBytes));
        builder.Services.AddSingleton(new RuntimeServiceDoor(parts)).AddSingleton(new ImageServiceDoor(parts));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            // A kubelet has one connection, and stops a hundred containers at once when a node is drained: what asks how they stand must not wait until they have ended.
            kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
            if (options.SocketHandle is { } handle)
            {
                kestrel.ListenHandle((ulong)handle, listen => listen.Protocols = HttpProtocols.Http2);
            }
            else
            {
                kestrel.ListenUnixSocket(options.Socket, listen => listen.Protocols = HttpProtocols.Http2);
            }

            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<RuntimeServiceDoor>();
        app.MapGrpcService<ImageServiceDoor>();
        app.MapFallback(http => new StreamServer(parts).HandleAsync(http));
        app.Lifetime.ApplicationStarted.Register(() => parts.Tokens.Base = Address(app));
        return app;
    }

    /// <exception cref="InvalidOperationException">Somebody else serves the socket.</exception>
    public static async Task StartAsync(WebApplication door, CriDoorOptions options, CancellationToken cancel)
    {
        if (options.SocketHandle is not null)
        {
            await door.StartAsync(cancel).ConfigureAwait(false);
            return;
        }

        if (ServedSocket.Is(options.Socket))
        {
            throw new InvalidOperationException($"listen on {options.Socket}: another program serves it; name another path with --cri-socket");
        }

        // What a killed engine left.
        File.Delete(options.Socket);
        await door.StartAsync(cancel).ConfigureAwait(false);
        File.SetUnixFileMode(options.Socket, OwnerOnly);
    }

    private static string Address(WebApplication app) =>
        app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("http://127.", StringComparison.Ordinal));
}
