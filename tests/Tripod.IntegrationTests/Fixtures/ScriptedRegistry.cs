using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>An HTTP server that stands in front of a real registry's answers and does what a test says with some of them.</summary>
public sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private ScriptedRegistry(WebApplication server) => this.server = server;

    public string Host => new Uri(server.Urls.First()).Authority;

    /// <summary>Method, path and Authorization of every request.</summary>
    public ConcurrentQueue<(string Path, string Query, string Authorization)> Requests { get; } = new();

    /// <param name="script">Answers itself and returns true, or leaves the request to the registry.</param>
    public static async Task<ScriptedRegistry> Start(RegistryServer behind, Func<ScriptedRegistry, HttpContext, Task<bool>> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var scripted = new ScriptedRegistry(builder.Build());
        scripted.server.Run(async context =>
        {
            scripted.Requests.Enqueue((context.Request.Path, context.Request.QueryString.Value ?? "", context.Request.Headers.Authorization.ToString()));
            if (!await script(scripted, context))
            {
                await scripted.PassOn(behind, context);
            }
        });
        await scripted.server.StartAsync();
        return scripted;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    private async Task PassOn(RegistryServer behind, HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, behind.Url + context.Request.Path);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToArray());
        using var response = await client.SendAsync(request);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body);
    }
}
