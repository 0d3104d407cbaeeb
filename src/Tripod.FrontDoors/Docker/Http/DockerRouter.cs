using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Events;
using Tripod.FrontDoors.Docker.Handlers;
using Tripod.FrontDoors.Docker.Networks;
using Tripod.FrontDoors.Docker.Volumes;
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
        new("GET", "/images/{name}/history", new ImageHistory(parts).RunAsync),
        new("POST", "/images/{name}/push", new PushImage(parts).RunAsync),
        new("POST", "/images/prune", new PruneImages(parts).RunAsync),
        new("GET", "/images/search", NotServed.Search),
        new("POST", "/auth", new RegistryLogin(parts).RunAsync),
        new("POST", "/build", NotServed.Build),
        new("POST", "/build/prune", NotServed.NoBuildCache),
        new("POST", "/session", NotServed.Build),
        new("POST", "/grpc", NotServed.Build),
        new("GET", "/plugins", NotServed.Plugins),
        new("GET", "/swarm", NotServed.Swarm),
        new("POST", "/swarm/init", NotServed.Swarm),
        new("POST", "/swarm/join", NotServed.Swarm),
        new("GET", "/services", NotServed.Swarm),
        new("GET", "/nodes", NotServed.Swarm),
        new("GET", "/tasks", NotServed.Swarm),
        new("GET", "/secrets", NotServed.Swarm),
        new("GET", "/configs", NotServed.Swarm),
        .. ContainerRoutes(parts),
    ];

    private static IReadOnlyList<DockerRoute> ContainerRoutes(DockerParts parts)
    {
        var (stop, pause, exec, remove, attach) = (new StopContainer(parts), new PauseContainer(parts), new ExecContainer(parts), new RemoveContainer(parts), new AttachContainer(parts));
        var commit = new CommitContainer(parts);
        var (volumes, files, networks, connect) = (new ManageVolumes(parts), new CopyFiles(parts), new ManageNetworks(parts), new ConnectContainer(parts));
        return
        [
            new("GET", "/containers/json", new ListContainers(parts).RunAsync),
            new("POST", "/containers/create", new CreateContainer(parts).RunAsync),
            new("POST", "/containers/prune", remove.PruneAsync),
            new("GET", "/containers/{name}/json", new InspectContainer(parts).RunAsync),
            new("GET", "/containers/{name}/logs", new ReadLogs(parts).RunAsync),
            new("GET", "/containers/{name}/top", new TopContainer(parts).RunAsync),
            new("GET", "/containers/{name}/stats", new ContainerStats(parts).RunAsync),
            new("POST", "/containers/{name}/start", new StartContainer(parts).RunAsync),
            new("POST", "/containers/{name}/stop", stop.StopAsync),
            new("POST", "/containers/{name}/restart", stop.RestartAsync),
            new("POST", "/containers/{name}/kill", new KillContainer(parts).RunAsync),
            new("POST", "/containers/{name}/pause", pause.PauseAsync),
            new("POST", "/containers/{name}/unpause", pause.UnpauseAsync),
            new("POST", "/containers/{name}/wait", new WaitContainer(parts).RunAsync),
            new("POST", "/containers/{name}/rename", new RenameContainer(parts).RunAsync),
            new("POST", "/containers/{name}/update", new UpdateContainer(parts).RunAsync),
            new("POST", "/containers/{name}/attach", attach.RunAsync),
            new("POST", "/containers/{name}/resize", attach.ResizeAsync),
            new("POST", "/containers/{name}/exec", exec.CreateAsync),
            new("DELETE", "/containers/{name}", remove.RunAsync),
            new("POST", "/exec/{name}/start", exec.StartAsync),
            new("POST", "/exec/{name}/resize", exec.ResizeAsync),
            new("GET", "/exec/{name}/json", exec.InspectAsync),
            new("HEAD", "/containers/{name}/archive", files.StatAsync),
            new("GET", "/containers/{name}/archive", files.ReadAsync),
            new("PUT", "/containers/{name}/archive", files.WriteAsync),
            new("POST", "/commit", commit.CommitAsync),
            new("GET", "/containers/{name}/changes", commit.ChangesAsync),
            new("GET", "/containers/{name}/export", commit.ExportAsync),
            new("GET", "/system/df", new ShowDiskUsage(parts).RunAsync),
            new("GET", "/networks", networks.ListAsync),
            new("POST", "/networks/create", networks.CreateAsync),
            new("POST", "/networks/prune", networks.PruneAsync),
            new("POST", "/networks/{name}/connect", connect.ConnectAsync),
            new("POST", "/networks/{name}/disconnect", connect.DisconnectAsync),
            new("GET", "/networks/{name}", networks.InspectAsync),
            new("DELETE", "/networks/{name}", networks.RemoveAsync),
            new("GET", "/volumes", volumes.ListAsync),
            new("POST", "/volumes/create", volumes.CreateAsync),
            new("POST", "/volumes/prune", volumes.PruneAsync),
            new("GET", "/volumes/{name}", volumes.InspectAsync),
            new("DELETE", "/volumes/{name}", volumes.RemoveAsync),
            new("GET", "/events", new WatchEvents(parts).RunAsync),
        ];
    }

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
        catch (Exception full) when (Store.DiskFull.Is(full))
        {
            await RefuseAsync(http, 500, $"no space left on device: make room below the engine's root, for example by removing images ({full.Message})").ConfigureAwait(false);
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
            : new DockerException(404, $"page not found: {http.Request.Method} {path} is not served by tripod");
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
