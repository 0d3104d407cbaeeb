using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker start</c>, and the second half of <c>docker run</c>.</summary>
internal sealed class StartContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (known.IsRunning)
        {
            if (known.Status.Paused)
            {
                throw new DockerException(409, "cannot start a paused container, try unpause instead");
            }

            await request.AnswerAsync(304).ConfigureAwait(false);
            return;
        }

        await StartAsync(parts, known, request.Cancel).ConfigureAwait(false);
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    /// <exception cref="DockerException">In Docker's words; its clients tell a missing command by them.</exception>
    public static async Task StartAsync(DockerParts parts, KnownContainer known, CancellationToken cancel)
    {
        if (known.Standalone is null)
        {
            throw new DockerException(409, $"container {known.Name} is a pod's: its pod starts it");
        }

        try
        {
            await parts.Standalone.Start(known.Id, cancel).ConfigureAwait(false);
        }
        catch (RuntimeException failure) when (failure.Reason == "StartError")
        {
            throw new DockerException(400, $"failed to create task for container: failed to create shim task: OCI runtime create failed: {failure.Message}", failure);
        }
        catch (RuntimeException failure) when (failure.Message.Contains("host port", StringComparison.Ordinal))
        {
            throw new DockerException(500, $"failed to set up container networking: driver failed programming external connectivity on endpoint {known.Name} ({known.Id}): {PortProblem(failure.Message)}", failure);
        }
    }

    /// <summary>Scripts look for Docker's words; ours say who has the port.</summary>
    private static string PortProblem(string message) =>
        message.Contains("by container", StringComparison.Ordinal) ? $"Bind for host port failed: port is already allocated ({message})" : $"failed to bind host port: address already in use ({message})";
}
