using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Cri.Streams;

/// <summary>Serves the addresses of <see cref="StreamTokens"/>, and nothing else.</summary>
internal sealed class StreamServer(CriParts parts)
{
    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (parts.Tokens.Take(path[(path.LastIndexOf('/') + 1)..]) is { } serve)
        {
            await serve(http).ConfigureAwait(false);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        await http.Response.WriteAsync("this stream was taken already, or has waited for too long: ask for another one\n").ConfigureAwait(false);
    }
}
