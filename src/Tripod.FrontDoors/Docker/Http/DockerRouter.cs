using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Docker.Handlers;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>Takes each request from Kestrel, finds the handler for its method and path, and turns what fails into Docker's errors.</summary>
internal sealed class DockerRouter(DockerParts parts)
{
    private readonly IReadOnlyList<DockerRoute> routes =
    [
        new("GET", "/_ping", Ping.RunAsync),
        new("HEAD", "/_ping", Ping.RunAsync),
        new("GET", "/version", new ShowVersion(parts).RunAsync),
        new("GET", "/info", new ShowInfo(parts).RunAsync),
        new("GET", "/images/json", new ListImages(parts).RunAsync),
        new("POST", "/images/create", new CreateImage(parts).RunAsync),
        new("POST", "/images/load", new LoadImages(parts).RunAsync),
        new("GET", "/images/get", new SaveImages(parts).RunAsync),
        new("GET", "/images/{name}/get", new SaveImages(parts).RunAsync),
        new("GET", "/images/{name}/json", new InspectImage(parts).RunAsync),
        new("POST", "/images/{name}/tag", new TagImage(parts).RunAsync),
        new("DELETE", "/images/{name}", new RemoveImage(parts).RunAsync),
    ];

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers["Api-Version"] = ApiVersion.Newest;
        http.Response.Headers["Ostype"] = "linux";
        http.Response.Headers.Server = $"Tripod/{parts.Options.Version} (linux)";
        try
        {
            await RouteAsync(http).ConfigureAwait(false);
        }
        catch (DockerException failure)
        {
            await RefuseAsync(http, failure.Status, failure.Message).ConfigureAwait(false);
        }
        catch (RuntimeException failure)
        {
            var refusal = DockerException.Of(failure);
            await RefuseAsync(http, refusal.Status, refusal.Message).ConfigureAwait(false);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogMessages.RequestFailed(parts.Log, http.Request.Method, http.Request.Path, failure);
            await RefuseAsync(http, 500, failure.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client is gone.
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        var path = ApiVersion.Strip(http.Request.Path.Value ?? "/");
        foreach (var route in routes)
        {
            if (route.Method == http.Request.Method && route.Match(path) is { } name)
            {
                return route.Run(new(http, name));
            }
        }

        throw routes.Any(route => route.Match(path) is not null)
            ? new DockerException(405, $"{http.Request.Method} is not what {path} is asked by")
            : new DockerException(404, $"page not found: {http.Request.Method} {path} is not served by tripod; images are: docker pull, images, save, load, tag, rmi, version, info");
    }

    private static async Task RefuseAsync(HttpContext http, int status, string message)
    {
        if (http.Response.HasStarted)
        {
            // What was sent cannot be taken back; the client sees that the stream breaks off.
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["Api-Version"] = ApiVersion.Newest;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["message"] = message }.ToJsonString()), CancellationToken.None).ConfigureAwait(false);
    }
}
