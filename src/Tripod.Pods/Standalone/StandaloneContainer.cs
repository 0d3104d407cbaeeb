using System.Text.Json.Serialization;

namespace Tripod.Pods.Standalone;

/// <summary>A container of no pod, as it is looked after here; what it is made of is the runtime's.</summary>
public sealed record StandaloneContainer
{
    public required string Id { get; init; }

    /// <summary>Nobody else's at the same time.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public RestartPolicy Restart { get; init; } = new();

    /// <summary>Removed when it ends (<c>--rm</c>).</summary>
    public bool AutoRemove { get; init; }
    public HealthCheck? Health { get; init; }

    /// <summary>What the door was asked for, as JSON: told to whoever inspects.</summary>
    public string Request { get; init; } = "{}";
    public int RestartCount { get; init; }

    /// <summary>The last end was a user's wish: no policy goes against it.</summary>
    public bool StoppedByUser { get; init; }

    /// <summary>Why it does not run, where its exit code does not say it.</summary>
    public string Error { get; init; } = "";

    /// <summary>It ended because that container did whose PID namespace it had joined; it is started again with that one.</summary>
    public string EndedWith { get; init; } = "";
}

/// <summary>When a container that has ended is started again (Docker's <c>--restart</c>).</summary>
/// <param name="Name"><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>.</param>
/// <param name="MaximumRetries">For <c>on-failure</c>; 0: no limit.</param>
public sealed record RestartPolicy(string Name = "no", int MaximumRetries = 0);

/// <summary>Docker's HEALTHCHECK; times that are not given are Docker's.</summary>
public sealed record HealthCheck
{
    public required IReadOnlyList<string> Command { get; init; }
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan StartPeriod { get; init; }
    public TimeSpan StartInterval { get; init; } = TimeSpan.FromSeconds(5);
    public int Retries { get; init; } = 3;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StandaloneContainer))]
internal sealed partial class StandaloneJson : JsonSerializerContext;
