using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>Docker's stream of JSON objects, a line each, that tells how work goes on. The status is sent with the first, so that what fails before it has a status of its own.</summary>
internal sealed class ProgressStream(DockerRequest request)
{
    private static readonly byte[] LineEnd = Encoding.ASCII.GetBytes("\r\n");

    public bool HasBegun => request.Http.Response.HasStarted;

    public async Task SayAsync(JsonObject line)
    {
        var response = request.Http.Response;
        if (!response.HasStarted)
        {
            response.ContentType = "application/json";
        }

        await response.Body.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(line.ToJsonString()), .. LineEnd], request.Cancel).ConfigureAwait(false);
        await response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
    }

    public Task FailAsync(string message) => SayAsync(new() { ["errorDetail"] = new JsonObject { ["message"] = message }, ["error"] = message });
}
