using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker kill</c>.</summary>
internal sealed class KillContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var text = request.Query("signal") is { Length: > 0 } given ? given : "SIGKILL";
        var signal = SignalNames.Parse(text) ?? throw new DockerException(400, $"invalid signal: {text}");
        if (!known.IsRunning)
        {
            throw new DockerException(409, $"cannot kill container: {request.Name}: container {known.Id} is not running");
        }

        var stopSignal = SignalNames.Parse(known.Status.Config.StopSignal) ?? SignalNames.Term;
        if (known.Standalone is null)
        {
            parts.Runtime.SignalContainer(known.Id, signal);
        }
        else if (signal == SignalNames.Kill)
        {
            await parts.Standalone.Stop(known.Id, TimeSpan.Zero, request.Cancel).ConfigureAwait(false);
        }
        else
        {
            parts.Standalone.Kill(known.Id, signal, ends: signal == stopSignal);
        }

        parts.Events.Container(known.Id, "kill", new Dictionary<string, string> { ["signal"] = signal.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await request.AnswerAsync(204).ConfigureAwait(false);
    }
}
