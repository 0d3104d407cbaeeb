using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.FrontDoors.Streaming;
using Tripod.Pods;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Kubernetes.Handlers.Pods;

/// <summary>GET of a pod's log. Finds the container's file and hands it to <see cref="PodLogs"/>, or to <see cref="PodLogSocket"/> where a WebSocket is asked for.</summary>
internal sealed class ReadPodLog(DoorParts door)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var options = Options(request);
        var (pod, engine, runtime) = PodContainer.Find(door, request);
        var container = PodContainer.Choose(pod, request.Container);
        var previous = request.Flag("previous");
        if (engine.ContainerId(pod.Uid, container, previous) is not { } id || runtime.ContainerStatus(id) is not { } status)
        {
            throw Missing(pod, container, previous);
        }

        var ended = runtime.WaitContainer(status.Id, request.Cancel);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel, door.Stopping);
        await (PodLogSocket.IsAsked(request.Http)
            ? PodLogSocket.WriteAsync(request.Http, status.LogPath, options, request.Flag("timestamps"), ended, reading.Token)
            : PodLogs.WriteAsync(request.Http.Response, status.LogPath, options, request.Flag("timestamps"), ended, reading.Token)).ConfigureAwait(false);
    }

    private static ApiException Missing(PodView pod, string container, bool previous) => ApiException.BadRequest(previous
        ? $"previous terminated container \"{container}\" in pod \"{pod.Name}\" not found"
        : $"container \"{container}\" in pod \"{pod.Name}\" is waiting to start: {WaitingFor(pod, container)}");

    private static string WaitingFor(PodView pod, string container)
    {
        var status = pod.Object.Status;
        var reason = (status?.InitContainerStatuses ?? []).Concat(status?.ContainerStatuses ?? [])
            .FirstOrDefault(one => one.Name == container)?.State?.Waiting?.Reason;
        return reason switch
        {
            "ErrImagePull" or "ImagePullBackOff" => "trying and failing to pull image",
            null or "" => pod.Spec.InitContainers is { Count: > 0 } ? "PodInitializing" : "ContainerCreating",
            _ => reason,
        };
    }

    private LogOptions Options(ApiRequest request)
    {
        var errors = new List<FieldError>();
        var (tail, limit, seconds) = (request.Number("tailLines"), request.Number("limitBytes"), request.Number("sinceSeconds"));
        if (tail < 0)
        {
            errors.Add(FieldError.Invalid("tailLines", JsonValue.Create(tail.Value), "must be greater than or equal to 0"));
        }

        if (limit < 1)
        {
            errors.Add(FieldError.Invalid("limitBytes", JsonValue.Create(limit.Value), "must be greater than 0"));
        }

        if (seconds < 1)
        {
            errors.Add(FieldError.Invalid("sinceSeconds", JsonValue.Create(seconds.Value), "must be greater than 0"));
        }

        var since = request.Query("sinceTime") is { Length: > 0 } text ? Moment(text, errors) : null;
        if (since is not null && seconds is not null)
        {
            errors.Add(FieldError.Forbidden("sinceTime", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        }

        return errors.Count > 0
            ? throw ApiException.Invalid("PodLogOptions", request.Name, errors)
            : new() { Follow = request.Flag("follow"), TailLines = tail, LimitBytes = limit, Since = since ?? (seconds is { } ago ? door.Now.AddSeconds(-ago) : null) };
    }

    private static DateTimeOffset? Moment(string text, List<FieldError> errors)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return moment;
        }

        errors.Add(FieldError.Invalid("sinceTime", text, "must be a time as RFC 3339 writes it"));
        return null;
    }
}
