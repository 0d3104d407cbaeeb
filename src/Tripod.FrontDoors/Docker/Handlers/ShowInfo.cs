using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker info</c>.</summary>
internal sealed class ShowInfo(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var containers = parts.Runtime.ListAllContainers();
        var paused = containers.Count(container => container is { State: ContainerState.Running, Paused: true });
        var running = containers.Count(container => container.State == ContainerState.Running);
        return request.AnswerAsync(new JsonObject
        {
            ["ID"] = parts.Options.NodeName,
            ["Name"] = parts.Options.NodeName,
            ["Containers"] = containers.Count,
            ["ContainersRunning"] = running - paused,
            ["ContainersPaused"] = paused,
            ["ContainersStopped"] = containers.Count - running,
            ["Images"] = parts.Runtime.Images.List().Count,
            ["Driver"] = "overlay",
            ["DockerRootDir"] = parts.Options.Root,
            ["LoggingDriver"] = "k8s-file",
            ["CgroupDriver"] = parts.Runtime.CgroupDriver == Runtime.Cgroups.CgroupDriver.Systemd ? "systemd" : "cgroupfs",
            ["CgroupVersion"] = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "2" : "1",
            ["DefaultRuntime"] = "crun",
            ["IndexServerAddress"] = "https://index.docker.io/v1/",
            ["OSType"] = "linux",
            ["OperatingSystem"] = "Linux",
            ["Architecture"] = ShowVersion.Architecture() == "amd64" ? "x86_64" : ShowVersion.Architecture(),
            ["KernelVersion"] = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            ["NCPU"] = Environment.ProcessorCount,
            ["MemTotal"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ["ServerVersion"] = parts.Options.Version,
            ["SystemTime"] = parts.Clock.GetUtcNow().ToString("O"),
            ["SecurityOptions"] = new JsonArray([.. AppArmor.IsEnabled ? [(JsonNode)"name=apparmor"] : Array.Empty<JsonNode>(), "name=seccomp,profile=builtin"]),
            ["Warnings"] = new JsonArray([.. parts.Runtime.Obstacles().Select(obstacle => (JsonNode)$"WARNING: {obstacle}")]),
            ["Swarm"] = new JsonObject { ["LocalNodeState"] = "inactive" },
        });
    }
}
