using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker stop</c> and <c>docker restart</c>.</summary>
internal sealed class StopContainer(DockerParts parts)
{
    private const int Standard = 10;

    public async Task StopAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (!known.IsRunning && known.Standalone is not { Restart.Name: not "no" })
        {
            await request.AnswerAsync(304).ConfigureAwait(false);
            return;
        }

        await (known.Standalone is null
            ? parts.Runtime.StopContainer(known.Id, Grace(request, known), request.Cancel, Signal(request))
            : parts.Standalone.Stop(known.Id, Grace(request, known), request.Cancel, Signal(request))).ConfigureAwait(false);
        parts.Events.Container(known.Id, "stop");
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    public async Task RestartAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (known.Standalone is null)
        {
            // The pod's own worker starts it again.
            await parts.Runtime.StopContainer(known.Id, Grace(request, known), request.Cancel, Signal(request)).ConfigureAwait(false);
        }
        else
        {
            await parts.Standalone.Restart(known.Id, Grace(request, known), request.Cancel, Signal(request)).ConfigureAwait(false);
        }

        parts.Events.Container(known.Id, "restart");
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    /// <summary>In place of the container's own, where the request names one.</summary>
    private static int? Signal(DockerRequest request) => request.Query("signal") is { Length: > 0 } text
        ? SignalNames.Parse(text) ?? throw new DockerException(400, $"invalid signal: {text}")
        : null;

    /// <summary>Of the request, else the container's own, else ten seconds; negative: as long as it takes.</summary>
    private static TimeSpan Grace(DockerRequest request, KnownContainer known)
    {
        var seconds = request.Number("t") ?? (known.Standalone is { } own ? JsonNode.Parse(own.Request)?["Config"].OptionalNumber("StopTimeout") : null) ?? Standard;
        return seconds < 0 ? TimeSpan.FromDays(365) : TimeSpan.FromSeconds(seconds);
    }
}
