using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Auditing;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Authorization;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>One request from its coming to its going, as metrics and audit log see it. The router begins and ends it.</summary>
internal sealed class RequestVisit(HttpContext http, AuditRecord? audit, DoorParts door)
{
    private readonly long begun = Stopwatch.GetTimestamp();
    private AccessQuestion? asked;

    /// <summary>Null where nothing is written down.</summary>
    public AuditRecord? Audit => audit;

    public void Asks(UserIdentity sender, AccessQuestion question)
    {
        asked = question;
        audit?.Asks(sender, question);
        door.Requests.Begin(IsLong(question));
    }

    public void End()
    {
        audit?.Complete();
        if (asked is { } question)
        {
            door.Requests.End(IsLong(question), (question.Verb.ToUpperInvariant(), question.Group, question.Resource, question.Subresource, http.Response.StatusCode), Stopwatch.GetElapsedTime(begun));
        }
    }

    private bool IsLong(AccessQuestion question) =>
        question.Verb == "watch" || question.Subresource is "exec" or "attach" or "portforward" or "proxy" || (question.Subresource == "log" && http.Request.Query.ContainsKey("follow"));
}
