using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>One exec from its creation on.</summary>
internal sealed class KnownExec(string id, string containerId, JsonObject request)
{
    public string Id { get; } = id;
    public string ContainerId { get; } = containerId;
    public JsonObject Request { get; } = request;
    public bool Started { get; set; }
    public IProcessStreams? Process { get; set; }
    public int? ExitCode { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public bool Running => Started && ExitCode is null;
}

/// <summary>The execs that clients may ask for; one that has ended is forgotten after a while, as Docker does.</summary>
internal sealed class ExecTable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, KnownExec> execs = new(StringComparer.Ordinal);

    public void Add(KnownExec exec, DateTimeOffset now)
    {
        foreach (var old in execs.Values.Where(known => now - known.EndedAt > KeptFor))
        {
            execs.TryRemove(old.Id, out _);
        }

        execs[exec.Id] = exec;
    }

    public KnownExec? Find(string id) => execs.GetValueOrDefault(id);

    /// <summary>Those that run, or will.</summary>
    public IReadOnlyList<string> Of(string containerId) => [.. execs.Values.Where(exec => exec.ContainerId == containerId && exec.ExitCode is null).Select(exec => exec.Id)];
}
