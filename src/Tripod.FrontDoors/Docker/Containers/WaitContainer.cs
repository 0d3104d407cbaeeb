using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker wait</c>; <c>docker run</c> asks before it starts, and goes on when the headers are there.</summary>
internal sealed class WaitContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var condition = request.Query("condition");
        if (condition is not ("" or "not-running" or "next-exit" or "removed"))
        {
            throw new DockerException(400, $"invalid condition: \"{condition}\"");
        }

        // Before the headers: from here on nothing that happens is missed.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel);
        var events = parts.Runtime.Events(stop.Token);
        request.Http.Response.ContentType = "application/json";
        await request.Http.Response.StartAsync(request.Cancel).ConfigureAwait(false);
        await request.Http.Response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
        var code = await EndAsync(known, condition, events).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        var answer = new JsonObject { ["StatusCode"] = code };
        if (parts.Standalone.Find(known.Id) is { Error.Length: > 0 } failed && code == 128)
        {
            answer["Error"] = new JsonObject { ["Message"] = failed.Error };
        }

        await request.Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()), request.Cancel).ConfigureAwait(false);
    }

    private async Task<int> EndAsync(KnownContainer known, string condition, IAsyncEnumerable<ContainerEvent> events)
    {
        var code = known.Status.ExitCode;
        if (condition is "" or "not-running" && !known.IsRunning)
        {
            return code;
        }

        await foreach (var happened in events.ConfigureAwait(false))
        {
            if (happened.ContainerId != known.Id)
            {
                continue;
            }

            if (happened.Kind == ContainerEventKind.Stopped)
            {
                code = parts.Runtime.ContainerStatus(known.Id)?.ExitCode ?? code;
                if (condition != "removed")
                {
                    return code;
                }
            }
            else if (happened.Kind == ContainerEventKind.Deleted)
            {
                return code;
            }
        }

        return code;
    }
}
