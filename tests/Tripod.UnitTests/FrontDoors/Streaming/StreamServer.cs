using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Tripod.UnitTests.FrontDoors.Streaming;

/// <summary>Kestrel on a loopback port of its own choice.</summary>
internal sealed class StreamServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private StreamServer(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.Single()).Port;

    public static async Task<StreamServer> Start(RequestDelegate handle)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new(app);
    }

    public async Task<ClientWebSocket> Connect(params string[] protocols)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/"), CancellationToken.None);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }
}
