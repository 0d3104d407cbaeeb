using System.Text;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Events;

/// <summary><c>docker events</c>: one JSON object after the other, until the client goes or <c>until</c> has come.</summary>
internal sealed class WatchEvents(DockerParts parts)
{
    private static readonly string[] Known = ["type", "event", "container", "image", "label", "network", "volume", "daemon", "plugin", "scope", "service", "node", "secret", "config", "exitcode"];

    public async Task RunAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), Known);
        var (since, until) = (request.Time("since"), request.Time("until"));
        request.Http.Response.ContentType = "application/json";
        await request.Http.Response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel);
        if (until is { } end)
        {
            var left = end - parts.Clock.GetUtcNow();
            time.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        try
        {
            await foreach (var happened in parts.Events.Read(since, time.Token).ConfigureAwait(false))
            {
                if (!(happened.Time > until) && Takes(filters, happened))
                {
                    await WriteAsync(request, happened).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!request.Cancel.IsCancellationRequested)
        {
            // Until has come.
        }
    }

    private static async Task WriteAsync(DockerRequest request, DockerEvent happened)
    {
        await request.Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(happened.ToJson().ToJsonString() + "\n"), request.Cancel).ConfigureAwait(false);
        await request.Http.Response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
    }

    private static bool Takes(Filters filters, DockerEvent happened) =>
        filters.Any("type", type => happened.Type == type)
        && filters.Any("event", action => happened.Action == action || happened.Action.StartsWith(action + ":", StringComparison.Ordinal))
        && filters.Any("container", name => happened.Type == "container" && Is(happened, name))
        && filters.Any("image", name => (happened.Type == "image" && Is(happened, name)) || happened.Attributes.GetValueOrDefault("image") == name)
        && filters.Any("network", name => happened.Type == "network" && Is(happened, name))
        && filters.Any("volume", name => happened.Type == "volume" && Is(happened, name))
        && filters.Any("exitcode", code => happened.Attributes.GetValueOrDefault("exitCode") == code)
        && filters.Any("scope", scope => scope == "local")
        && filters.Labels(happened.Attributes);

    private static bool Is(DockerEvent happened, string name) =>
        happened.Attributes.GetValueOrDefault("name") == name.TrimStart('/') || happened.Id.StartsWith(name, StringComparison.Ordinal);
}
