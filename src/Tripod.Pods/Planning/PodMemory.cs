using System.Collections.Immutable;

namespace Tripod.Pods.Planning;

/// <summary>Why something could not be done, in the kubelet's words, and when it is tried again.</summary>
/// <param name="Times">How often in a row; the next wait follows from it.</param>
internal sealed record Trouble(string Reason, string Message, int Times, DateTimeOffset Since, DateTimeOffset RetryAt);

/// <summary>
/// What a worker knows that cannot be observed: work under way and failures to wait out. All of it may be lost with the
/// engine: the work is then begun again.
/// </summary>
internal sealed record PodMemory
{
    public static readonly PodMemory Empty = new();

    /// <summary>Names of containers whose start, postStart hook included, is under way.</summary>
    public ImmutableHashSet<string> Starting { get; init; } = [];

    /// <summary>Names of containers that are being stopped while the pod goes on.</summary>
    public ImmutableHashSet<string> Stopping { get; init; } = [];

    /// <summary>Ids of containers that were stopped to be started anew, whatever their exit code.</summary>
    public ImmutableHashSet<string> WantedAgain { get; init; } = [];

    /// <summary>By container name.</summary>
    public ImmutableDictionary<string, Trouble> Containers { get; init; } = ImmutableDictionary<string, Trouble>.Empty;
    public Trouble? Sandbox { get; init; }
    public Trouble? Volumes { get; init; }
    public Trouble? Scheduling { get; init; }

    /// <summary>Why a granted resize could not be carried out.</summary>
    public Trouble? Resizing { get; init; }

    /// <summary>Others go so that the node can take the pod.</summary>
    public Trouble? Admission { get; init; }

    /// <summary>The node has taken the pod.</summary>
    public bool Admitted { get; init; }

    /// <summary>The volumes are as the pod and its ConfigMaps and Secrets want them.</summary>
    public bool VolumesReady { get; init; }

    /// <summary>They have been so at least once: what fails later hinders no container.</summary>
    public bool VolumesOnce { get; init; }

    /// <summary>When they are to be looked at again: a token in them grows old.</summary>
    public DateTimeOffset? VolumesAgain { get; init; }

    /// <summary>Null until termination began; then the grace it was begun with.</summary>
    public TimeSpan? TerminatingWith { get; init; }

    /// <summary>Of an eviction by this engine; another one that goes on with it gives the least.</summary>
    public TimeSpan? EvictedWithin { get; init; }

    /// <summary>The pod is over, and what it had on the disk beside its logs is gone.</summary>
    public bool Released { get; init; }

    /// <summary>Nothing of the pod runs any more, and nothing of it will.</summary>
    public bool Terminated { get; init; }

    public bool IsBusy(string container) => Starting.Contains(container) || Stopping.Contains(container);

    /// <summary>What was waited out may have been mended: nothing waits any longer.</summary>
    public PodMemory RetryNow(DateTimeOffset now) => this with
    {
        Scheduling = Scheduling is null ? null : Scheduling with { RetryAt = now },
        Admission = Admission is null ? null : Admission with { RetryAt = now },
        Volumes = Volumes is null ? null : Volumes with { RetryAt = now },
        Sandbox = Sandbox is null ? null : Sandbox with { RetryAt = now },
        Containers = Containers.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Reason == "CreateContainerConfigError" ? pair.Value with { RetryAt = now } : pair.Value),
    };
}
