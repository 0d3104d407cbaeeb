using System.Text;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>/_ping</c>: clients agree on a version by its headers.</summary>
internal static class Ping
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("OK");

    public static async Task RunAsync(DockerRequest request)
    {
        request.Http.Response.Headers["Docker-Experimental"] = "false";
        request.Http.Response.Headers["Swarm"] = "inactive";
        request.Http.Response.Headers["Builder-Version"] = "1";
        request.Http.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        request.Http.Response.ContentType = "text/plain; charset=utf-8";
        request.Http.Response.ContentLength = Answer.Length;
        if (request.Http.Request.Method == "GET")
        {
            await request.Http.Response.Body.WriteAsync(Answer, request.Cancel).ConfigureAwait(false);
        }
    }
}
