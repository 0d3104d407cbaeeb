using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker save</c>: an archive of one image or several.</summary>
internal sealed class SaveImages(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        IReadOnlyList<string> names = request.Name.Length > 0 ? [request.Name] : [.. request.Queries("names").SelectMany(list => list.Split(','))];
        if (names.Count == 0)
        {
            throw new DockerException(400, "no image is named: GET /images/get?names=NAME");
        }

        foreach (var name in names)
        {
            _ = parts.Runtime.Images.Find(name) ?? throw new DockerException(404, $"No such image: {name}");
        }

        request.Http.Response.ContentType = "application/x-tar";
        await parts.Runtime.Images.Save(names, request.Http.Response.Body, request.Cancel).ConfigureAwait(false);
    }
}
