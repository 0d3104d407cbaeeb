using Tripod.FrontDoors.Kubernetes.Handlers.Accounts;
using Tripod.FrontDoors.Kubernetes.Handlers.Pods;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Hands requests for a part of an object (a pod's log, an account's token) to the handler of that part.</summary>
internal sealed class SubresourceRouter(DoorParts door, DeleteStored delete)
{
    private readonly BindPod bind = new(door);
    private readonly EvictPod evict = new(delete);
    private readonly ReadPodLog log = new(door);
    private readonly RunInPod run = new(door);
    private readonly ForwardToPod forward = new(door);
    private readonly ProxyToPod proxy = new(door);
    private readonly RequestToken token = new(door);

    public Task HandleAsync(ApiRequest request) => (request.Path.Subresource, request.Http.Request.Method) switch
    {
        ("binding", "POST") => bind.HandleAsync(request),
        ("eviction", "POST") => evict.HandleAsync(request),
        ("log", "GET") => log.HandleAsync(request),

        // Upgrades come as POST by SPDY, as GET by WebSocket, and as CONNECT by WebSocket over HTTP/2.
        ("exec", "GET" or "POST" or "CONNECT") => run.ExecAsync(request),
        ("attach", "GET" or "POST" or "CONNECT") => run.AttachAsync(request),
        ("portforward", "GET" or "POST" or "CONNECT") => forward.HandleAsync(request),
        ("token", "POST") => token.HandleAsync(request),
        ("proxy", _) => proxy.HandleAsync(request),
        _ => throw ApiException.MethodNotAllowed(),
    };
}
