using System.Text;
using Tripod.Pods;
using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Tripod.Store;

namespace Tripod.UnitTests.Pods;

/// <summary>Makes observations for tables: a pod from a few words, with sandboxes and containers in given states.</summary>
internal static class Seen
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static PodView Pod(string spec = "", string metadata = "", string status = "{}") => new(new StoredObject(
        "/registry/pods/default/ghost", 7, Encoding.UTF8.GetBytes($$"""
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": { "name": "ghost", "namespace": "default", "uid": "u1", "generation": 1 {{metadata}} },
          "spec": { "nodeName": "n1", "containers": [ { "name": "nginx", "image": "nginx" }, { "name": "ghost", "image": "ghost" } ] {{spec}} },
          "status": {{status}}
        }
        """)));

    public static PodObservation Of(PodView pod, SandboxStatus? sandbox = null, PodMemory? memory = null, params ContainerStatus[] containers) => new()
    {
        Pod = pod,
        Memory = memory ?? PodMemory.Empty with { VolumesReady = true },
        Sandboxes = sandbox is null ? [] : [sandbox],
        Containers = containers.OrderByDescending(container => container.Config.Attempt).ToLookup(container => container.Config.Name),
        NodeName = "n1",
    };

    public static SandboxStatus Sandbox(SandboxState state = SandboxState.Ready, int attempt = 0) => new()
    {
        Id = "s" + attempt,
        Config = new() { Name = "ghost", Namespace = "default", Uid = "u1", Attempt = attempt, PodLimits = new() { CpuShares = 2 } },
        State = state,
        CreatedAt = Now,
        Addresses = ["10.63.0.7"],
    };

    public static ContainerStatus Running(string name, int attempt = 0, string image = "") =>
        Container(name, ContainerState.Running, attempt, image) with { StartedAt = Now.AddSeconds(-5) };

    public static ContainerStatus Exited(string name, int code, int attempt = 0, int inARow = 0, double ranSeconds = 1, double secondsAgo = 0) =>
        Container(name, ContainerState.Exited, attempt, "", inARow) with
        {
            ExitCode = code,
            StartedAt = Now.AddSeconds(-secondsAgo - ranSeconds),
            FinishedAt = Now.AddSeconds(-secondsAgo),
        };

    private static ContainerStatus Container(string name, ContainerState state, int attempt, string image, int inARow = 0) => new()
    {
        Id = $"{name}-{attempt}",
        SandboxId = "s0",
        Config = new()
        {
            Name = name,
            Attempt = attempt,
            Image = "sha256:1",
            Resources = new() { CpuShares = 2 },
            Annotations = new Dictionary<string, string> { ["tripod.dev/spec-image"] = image.Length > 0 ? image : name, ["tripod.dev/restarts-in-a-row"] = $"{inARow}" },
        },
        State = state,
        CreatedAt = Now.AddSeconds(-10),
    };
}
