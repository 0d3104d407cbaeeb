using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker tag</c>.</summary>
internal sealed class TagImage(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var tag = request.Query("tag");
        parts.Runtime.Images.Tag(request.Name, request.Query("repo") + (tag.Length > 0 ? $":{tag}" : ""));
        return request.AnswerAsync(201);
    }
}
