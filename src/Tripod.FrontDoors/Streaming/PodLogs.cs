using Microsoft.AspNetCore.Http;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Streaming;

public static class PodLogs
{
    public static Task WriteAsync(HttpResponse response, string logPath, LogOptions options, bool timestamps, Task ended, CancellationToken cancel) => throw new NotImplementedException();
}
