using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's modes (<c>host</c>, <c>container:X</c>, <c>private</c> …) as choices of namespaces.</summary>
internal static class NamespaceModes
{
    private const string Container = "container:";

    /// <param name="host">HostConfig; names of containers in it are replaced by their ids, as Docker does.</param>
    /// <param name="containers">Whoever may be joined.</param>
    /// <exception cref="DockerException">404 for a container that is not there, 400 for a mode that is none.</exception>
    public static ContainerNamespaces Of(JsonObject host, ContainerLookup containers)
    {
        var privileged = host.Flag("Privileged");
        return new()
        {
            Net = Net(host, containers),
            Ipc = Mode(host, "IpcMode", "IPC", containers, "", "private", "shareable", "none"),
            Pid = Mode(host, "PidMode", "PID", containers, "", "private"),
            Uts = Mode(host, "UTSMode", "UTS", containers, "", "private"),
            User = host.Text("UsernsMode") is "" or "host" ? NamespaceChoice.OfHost : throw new DockerException(400, $"invalid USER mode: {host.Text("UsernsMode")}"),
            Cgroup = host.Text("CgroupnsMode") switch
            {
                "host" => NamespaceChoice.OfHost,
                "private" => NamespaceChoice.Private,
                "" => File.Exists("/sys/fs/cgroup/cgroup.controllers") && !privileged ? NamespaceChoice.Private : NamespaceChoice.OfHost,
                var mode => throw new DockerException(400, $"invalid CGROUP mode: {mode}"),
            },
        };
    }

    public static bool IsOfContainer(string mode) => mode.StartsWith(Container, StringComparison.Ordinal);

    private static NamespaceChoice Net(JsonObject host, ContainerLookup containers)
    {
        var mode = host.Text("NetworkMode");
        return mode == "host" ? NamespaceChoice.OfHost : IsOfContainer(mode) ? Join(host, "NetworkMode", mode, containers) : NamespaceChoice.Private;
    }

    private static NamespaceChoice Mode(JsonObject host, string field, string kind, ContainerLookup containers, params string[] own)
    {
        var mode = host.Text(field);
        return mode == "host" ? NamespaceChoice.OfHost
            : IsOfContainer(mode) ? Join(host, field, mode, containers)
            : own.Contains(mode) ? NamespaceChoice.Private
            : throw new DockerException(400, $"invalid {kind} mode: {mode}");
    }

    private static NamespaceChoice.Join Join(JsonObject host, string field, string mode, ContainerLookup containers)
    {
        var name = mode[Container.Length..];
        if (name.Length == 0)
        {
            throw new DockerException(400, $"Container name is required: {field} is \"{mode}\"");
        }

        var owner = containers.Get(name);
        host[field] = Container + owner.Id;
        return new(owner.Id);
    }
}
