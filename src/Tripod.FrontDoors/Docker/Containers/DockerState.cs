using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Pods.Standalone;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>A container's state in Docker's words. Pure.</summary>
internal static class DockerState
{
    public static string Word(KnownContainer known) => known.Status switch
    {
        { State: ContainerState.Created } => "created",
        { Paused: true } => "paused",
        { State: ContainerState.Running } => "running",
        _ when IsRestarting(known) => "restarting",
        _ => "exited",
    };

    /// <summary>As <c>docker ps</c> says it: <c>Up 5 minutes (healthy)</c>, <c>Exited (0) 3 seconds ago</c>.</summary>
    public static string Sentence(KnownContainer known, HealthState? health, DateTimeOffset now)
    {
        var status = known.Status;
        return Word(known) switch
        {
            "created" => "Created",
            "restarting" => string.Create(CultureInfo.InvariantCulture, $"Restarting ({status.ExitCode}) {Since(status.FinishedAt, now)} ago"),
            "exited" when known.Standalone is { EndedWith.Length: > 0 } => string.Create(CultureInfo.InvariantCulture, $"Exited ({status.ExitCode}) {Since(status.FinishedAt, now)} ago (with the PID namespace it had joined)"),
            "exited" => string.Create(CultureInfo.InvariantCulture, $"Exited ({status.ExitCode}) {Since(status.FinishedAt, now)} ago"),
            var word => $"Up {Since(status.StartedAt, now)}{(word == "paused" ? " (Paused)" : health is null ? "" : health.Status == "starting" ? " (health: starting)" : $" ({health.Status})")}",
        };
    }

    /// <summary>What <c>docker inspect</c> shows as State.</summary>
    public static JsonObject Json(KnownContainer known, HealthState? health)
    {
        var status = known.Status;
        var json = new JsonObject
        {
            ["Status"] = Word(known),
            ["Running"] = known.IsRunning,
            ["Paused"] = status.Paused,
            ["Restarting"] = Word(known) == "restarting",
            ["OOMKilled"] = status.Reason == "OOMKilled",
            ["Dead"] = false,
            ["Pid"] = status.Pid,
            ["ExitCode"] = known.IsRunning ? 0 : status.ExitCode,
            ["Error"] = known.IsRunning ? "" : known.Standalone is { Error.Length: > 0 } own ? own.Error : status.Message,
            ["StartedAt"] = DockerTime.Text(status.StartedAt),
            ["FinishedAt"] = DockerTime.Text(status.FinishedAt),
        };
        if (health is not null)
        {
            json["Health"] = new JsonObject
            {
                ["Status"] = health.Status,
                ["FailingStreak"] = health.FailingStreak,
                ["Log"] = new JsonArray([.. health.Log.Select(result => (JsonNode)new JsonObject
                {
                    ["Start"] = DockerTime.Text(result.Start),
                    ["End"] = DockerTime.Text(result.End),
                    ["ExitCode"] = result.ExitCode,
                    ["Output"] = result.Output,
                })]),
            };
        }

        return json;
    }

    private static bool IsRestarting(KnownContainer known) =>
        known is { Status.State: ContainerState.Exited, Standalone: { StoppedByUser: false, EndedWith.Length: 0 } own }
        && RestartDecision.After(own, known.Status, TimeSpan.Zero) is not null;

    private static string Since(DateTimeOffset? time, DateTimeOffset now) => DockerTime.Human(time is { } at && now > at ? now - at : TimeSpan.Zero);
}
