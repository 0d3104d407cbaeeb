using Microsoft.AspNetCore.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Streaming;

public static class RemoteCommand
{
    public static Task ServeAsync(HttpContext http, RemoteCommandRequest request, Func<CancellationToken, Task<IProcessStreams>> open, CancellationToken cancel) => throw new NotImplementedException();
}
