using Tripod.FrontDoors.Kubernetes.Auditing;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Discovery;
using Tripod.FrontDoors.Kubernetes.Handlers;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Kubelet;
using Tripod.FrontDoors.Kubernetes.Metrics;
using Tripod.FrontDoors.Kubernetes.Usage;
using Tripod.FrontDoors.Kubernetes.Writing;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Takes each request from Kestrel, asks who sent it, and hands it to the handler of its verb. The one place where faults become Status objects.</summary>
internal sealed class Router
{
    private readonly DoorParts door;
    private readonly Authenticator authenticator;
    private readonly DiscoveryDocuments discovery;
    private readonly Reviews reviews;
    private readonly AuditLog? audit;
    private readonly GetObject get;
    private readonly ListObjects list;
    private readonly WatchObjects watch;
    private readonly CreateObject create;
    private readonly UpdateObject update;
    private readonly PatchObject patch;
    private readonly DeleteObject delete;
    private readonly DeleteCollection deleteCollection;
    private readonly SubresourceRouter subresources;
    private readonly IssuerDocuments issuer;
    private readonly NodeProxy node;
    private readonly MetricsApi measured;
    private readonly Health health;

    public Router(DoorParts door, Authenticator authenticator)
    {
        (this.door, this.authenticator) = (door, authenticator);
        var (createStored, updateStored, deleteStored) = (new CreateStored(door), new UpdateStored(door), new DeleteStored(door));
        discovery = new(door.Options.Version, door.Clock);
        audit = door.Options.AuditLog is { } path ? new(path, door.Clock, door.Log) : null;
        reviews = new(door.Authorizer, authenticator);
        get = new(door);
        list = new(door);
        watch = new(door);
        create = new(door, createStored);
        update = new(door, createStored, updateStored);
        patch = new(door, updateStored, new(door, createStored, updateStored));
        delete = new(door, deleteStored);
        deleteCollection = new(door, deleteStored);
        subresources = new(door, deleteStored);
        issuer = new(door.Pods?.Tokens);
        node = new(door, subresources);
        measured = new(door);
        health = new(door);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var visit = new RequestVisit(http, audit?.Begin(http), door);
        try
        {
            await RouteAsync(http, visit).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            visit.Audit?.Failed(failure);
            await RequestFailure.AnswerAsync(http, failure, door.Log).ConfigureAwait(false);
        }
        finally
        {
            visit.End();
        }
    }

    private Task RouteAsync(HttpContext http, RequestVisit visit)
    {
        var path = http.Request.Path.Value ?? "/";
        if (Health.Is(path))
        {
            return health.AnswerAsync(http, path);
        }

        var sender = authenticator.Identify(http);
        var user = Impersonation.Of(http, sender, door.Authorizer);
        var document = path == "/metrics" ? Metrics : discovery.Find(path) ?? issuer.Find(path);
        var target = document is null ? RequestPath.Parse(path) : null;
        RequestTimeout.Check(http.Request, target);
        var access = RequestAccess.Of(http, target, user);
        visit.Asks(sender, access);
        door.Authorizer.Check(access);
        return document is not null ? document(http) : RouteAsync(http, target ?? throw ApiException.NoSuchPath(), user);
    }

    private Task RouteAsync(HttpContext http, RequestPath target, UserIdentity user)
    {
        if (reviews.Find(target) is { } review)
        {
            return review(http, user);
        }

        if (MetricsApi.Is(target))
        {
            return measured.HandleAsync(http, target);
        }

        if (UnservedLists.IsAsked(http, target))
        {
            return UnservedLists.AnswerAsync(http, target, door);
        }

        if (ApiService.IsAsked(http, target))
        {
            return ApiService.AnswerAsync(http, door);
        }

        var kind = KindRegistry.Find(target.Group, target.Version, target.Resource) ?? throw UnservedKinds.Refuse(target.Group, target.Resource);
        var request = new ApiRequest(http, target, kind, user);
        if (target.Subresource is { } part && kind.Subresources.All(known => known.Name != part))
        {
            throw UnservedParts.Refuse(kind.Plural, part);
        }

        return target.Subresource is null or "status" or "finalize" || kind.RulesOf(target.Subresource) is not null ? HandleAsync(request)
            : target is { Resource: "nodes", Subresource: "proxy" } ? node.HandleAsync(request)
            : subresources.HandleAsync(request);
    }

    private Task Metrics(HttpContext http)
    {
        http.Response.ContentType = PrometheusText.MediaType;
        return http.Response.WriteAsync(ApiMetrics.Write(door, door.Requests), http.RequestAborted);
    }

    private Task HandleAsync(ApiRequest request)
    {
        var target = request.Path;
        if (request.Kind.Namespaced && target.Name is not null && target.Namespace is null)
        {
            throw ApiException.NoSuchPath();
        }

        return (request.Http.Request.Method, HasName: target.Name is not null, HasPart: target.Subresource is not null) switch
        {
            ("GET", _, false) when request.Flag("watch") => watch.HandleAsync(request),
            ("GET", true, _) => get.HandleAsync(request),
            ("GET", false, _) => list.HandleAsync(request),
            ("POST", false, _) => create.HandleAsync(request),
            ("PUT", true, _) => update.HandleAsync(request),
            ("PATCH", true, _) => patch.HandleAsync(request),
            ("DELETE", true, false) => delete.HandleAsync(request),
            ("DELETE", false, _) => deleteCollection.HandleAsync(request),
            _ => throw ApiException.MethodNotAllowed(),
        };
    }
}
