using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary>What this engine leaves to others, said so.</summary>
internal static class NotServed
{
    /// <summary>What is not there needs no pruning: <c>docker system prune</c> asks this too.</summary>
    public static Task NoBuildCache(DockerRequest request) => request.AnswerAsync(new JsonObject { ["CachesDeleted"] = new JsonArray(), ["SpaceReclaimed"] = 0 });

    public static Task Build(DockerRequest request) => throw new DockerException(
        501, $"tripod builds no images ({request.Http.Request.Path}): use buildah (buildah build -t NAME . && buildah push NAME docker-archive:/dev/stdout | docker load), or docker buildx with a builder of its own (docker buildx create --driver remote), then docker load");

    public static Task Search(DockerRequest request) => throw new DockerException(
        501, $"tripod does not search registries for \"{request.Query("term")}\": Docker Hub's search is on https://hub.docker.com, others have a catalog of their own");

    public static Task Swarm(DockerRequest request) => throw new DockerException(
        503, $"This node is not a swarm manager: tripod is one machine's engine and serves no {request.Http.Request.Path}");

    public static Task Plugins(DockerRequest request) => throw new DockerException(501, $"tripod has no plugins ({request.Http.Request.Path})");
}
