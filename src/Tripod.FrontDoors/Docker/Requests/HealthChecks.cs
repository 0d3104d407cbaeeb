using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Pods.Standalone;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>A client's Healthcheck over the image's; times in nanoseconds. Pure.</summary>
internal static class HealthChecks
{
    private const int NanosPerTick = 100;

    public static HealthCheck? Of(JsonObject? own, JsonObject? ofImage, IReadOnlyList<string> shell)
    {
        var test = own.Texts("Test") is { Count: > 0 } given ? given : ofImage.Texts("Test");
        IReadOnlyList<string>? command = test.ToArray() switch
        {
            ["CMD", ..] => [.. test.Skip(1)],
            ["CMD-SHELL", var line, ..] => [.. shell.Count > 0 ? shell : ["/bin/sh", "-c"], line],
            [] or ["NONE", ..] or [""] => null,
            _ => throw new DockerException(400, $"Unknown healthcheck type '{test[0]}' (expected 'CMD')"),
        };
        if (command is not { Count: > 0 })
        {
            return null;
        }

        var standard = new HealthCheck { Command = command };
        return standard with
        {
            Interval = Time(own, ofImage, "Interval") ?? standard.Interval,
            Timeout = Time(own, ofImage, "Timeout") ?? standard.Timeout,
            StartPeriod = Time(own, ofImage, "StartPeriod") ?? standard.StartPeriod,
            StartInterval = Time(own, ofImage, "StartInterval") ?? standard.StartInterval,
            Retries = (int)(own.Number("Retries") is > 0 and var retries ? retries : ofImage.Number("Retries") is > 0 and var ofTheImage ? ofTheImage : standard.Retries),
        };
    }

    private static TimeSpan? Time(JsonObject? own, JsonObject? ofImage, string name)
    {
        var nanos = own.Number(name) is > 0 and var given ? given : ofImage.Number(name);
        return own.Number(name) is > 0 and < 1_000_000
            ? throw new DockerException(400, $"{name} in Healthcheck cannot be less than 1ms")
            : nanos > 0 ? TimeSpan.FromTicks(nanos / NanosPerTick) : null;
    }
}
