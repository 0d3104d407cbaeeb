using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker pause</c> and <c>docker unpause</c>.</summary>
internal sealed class PauseContainer(DockerParts parts)
{
    public async Task PauseAsync(DockerRequest request)
    {
        var known = parts.Containers.GetRunning(request.Name);
        if (known.Status.Paused)
        {
            throw new DockerException(409, $"container {known.Id} is already paused");
        }

        await parts.Runtime.PauseContainer(known.Id, request.Cancel).ConfigureAwait(false);
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    public async Task UnpauseAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (!known.Status.Paused)
        {
            throw new DockerException(409, $"Container {known.Id} is not paused");
        }

        await parts.Runtime.UnpauseContainer(known.Id, request.Cancel).ConfigureAwait(false);
        await request.AnswerAsync(204).ConfigureAwait(false);
    }
}
