using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Streaming;

public static class PortForward
{
    public static Task ServeAsync(HttpContext http, Func<int, CancellationToken, Task<Stream>> dial, CancellationToken cancel) => throw new NotImplementedException();
}
