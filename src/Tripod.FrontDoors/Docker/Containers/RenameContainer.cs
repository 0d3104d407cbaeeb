using Tripod.FrontDoors.Docker.Http;
using Tripod.Pods.Standalone;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker rename</c>.</summary>
internal sealed class RenameContainer(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var name = request.Query("name").TrimStart('/');
        if (!CreateContainer.IsName(name))
        {
            throw new DockerException(400, name.Length == 0 ? "Neither old nor new names may be empty" : $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        if (known.Standalone is null)
        {
            throw new DockerException(409, $"container {known.Name} is a pod's: its name comes from its pod");
        }

        if (known.Name == name)
        {
            throw new DockerException(400, "Renaming a container with the same name as its current name");
        }

        try
        {
            parts.Standalone.Rename(known.Id, name);
        }
        catch (NameTakenException taken)
        {
            throw CreateContainer.Conflict(taken);
        }

        return request.AnswerAsync(204);
    }
}
