using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker cp</c>: what is at a path, as a header and as a tar, and a tar into a directory.</summary>
internal sealed class CopyFiles(DockerParts parts)
{
    private const string StatHeader = "X-Docker-Container-Path-Stat";

    public Task StatAsync(DockerRequest request)
    {
        Describe(request);
        return request.AnswerAsync(200);
    }

    public async Task ReadAsync(DockerRequest request)
    {
        var id = Describe(request);
        request.Http.Response.ContentType = "application/x-tar";
        await parts.Runtime.PackPath(id, request.Query("path"), request.Http.Response.Body, request.Cancel).ConfigureAwait(false);
    }

    public async Task WriteAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        Require(request);

        // The unpacker reads as it goes.
        if (request.Http.Features.Get<IHttpBodyControlFeature>() is { } control)
        {
            control.AllowSynchronousIO = true;
        }

        await parts.Runtime.UnpackPath(known.Id, request.Query("path"), request.Body, request.Flag("noOverwriteDirNonDir"), request.Cancel).ConfigureAwait(false);
        parts.Events.Container(known.Id, "extract-to-dir");
        await request.AnswerAsync(200).ConfigureAwait(false);
    }

    private string Describe(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        Require(request);
        var status = parts.Runtime.PathStatus(known.Id, request.Query("path"));
        var json = new JsonObject
        {
            ["name"] = status.Name,
            ["size"] = status.Size,
            ["mode"] = status.GoMode,
            ["mtime"] = DockerTime.Text(status.Modified),
            ["linkTarget"] = status.LinkTarget.Length == 0 ? "" : status.LinkTarget.StartsWith('/') ? status.LinkTarget : Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(request.Query("path").TrimEnd('/')) ?? "", status.LinkTarget)),
        };
        request.Http.Response.Headers[StatHeader] = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString()));
        return known.Id;
    }

    private static void Require(DockerRequest request)
    {
        if (request.Query("path").Length == 0)
        {
            throw new DockerException(400, "missing path: the query parameter path must not be empty");
        }
    }
}
